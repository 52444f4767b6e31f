-- needs 0053-workspace-file-calls.sql
-- Requests may also ask what git says has changed in a workspace. The table has rows only while requests wait.
alter table workspace_file_calls drop constraint workspace_file_calls_kind_check;
alter table workspace_file_calls add constraint workspace_file_calls_kind_check check (kind in ('look', 'write', 'changes'));
