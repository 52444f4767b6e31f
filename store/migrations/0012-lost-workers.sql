-- A tool call that kills its worker must not kill one worker after another (SPEC X9): workers lost with it are counted.
alter table tool_executions
  -- Claimed by a worker that has neither finished the call nor handed it on.
  add column is_held boolean not null default false,
  -- Claims that were still held as the next one came.
  add column lost_workers integer not null default 0;
