-- needs 0014-quirks.sql
-- Which builds of the worker this deployment has seen, by task queue. The one that was chosen last should be current. The build ''
-- stands for workers without a build id.
create table worker_builds (
  task_queue text not null,
  build_id text not null,
  first_seen_at timestamptz not null default now(),
  chosen_at timestamptz not null default clock_timestamp(),
  failed_runs integer not null default 0,
  last_failed_at timestamptz,
  last_failure text,
  primary key (task_queue, build_id)
);
-- The worker processes that live. One that stops in order deletes its row; that of a dead one grows old.
create table worker_processes (
  id uuid primary key,
  task_queue text not null,
  build_id text not null,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
