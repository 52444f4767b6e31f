-- needs 0037-files.sql
-- Bytes on their way between a client and a workspace: rows of files that are never finished, so that nobody sees them and the
-- purge finds those whose process has died.
alter table files drop constraint files_origin_check;
alter table files add constraint files_origin_check check (origin in ('upload', 'tool', 'transit'));

-- What a request wants of the files of a workspace, for the worker that can reach it; and what that worker answers.
create table workspace_file_calls (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  kind text not null check (kind in ('look', 'write')),
  path text not null,
  -- To be written: the file that has the bytes. Null for a look.
  file_id uuid,
  created_at timestamptz not null default now(),
  -- A worker has begun: the change may have been made.
  begun_at timestamptz,
  -- The request does not wait any more: nothing is begun from now on.
  given_up_at timestamptz,
  answer json
);
create index workspace_file_calls_by_time on workspace_file_calls (created_at);
