-- needs 0014-quirks.sql
-- Files that belong to a tool's result: [{type, file_id, media_type, name}]. Null: none.
alter table tool_executions add column files json;
