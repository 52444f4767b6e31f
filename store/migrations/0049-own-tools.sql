-- needs 0030-workers.sql
-- The own tools that a worker has loaded, and its modules that it left out. Null: it has no folder of them.
alter table worker_processes add column own_tools json;
