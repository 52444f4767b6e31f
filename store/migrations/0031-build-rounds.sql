-- needs 0014-quirks.sql
-- What the workers share about the rounds in which they look after the runs of other builds: one of them at a time does a round.
create table build_rounds (
  task_queue text primary key,
  begun_at timestamptz not null default now(),
  -- The newest choice at the last round, and how many rounds since then found nothing to do.
  chosen text not null,
  quiet_rounds integer not null default 1,
  -- Runs that were asked to hand over.
  asked_run_ids text[] not null default '{}'
);
-- When a worker of the build was last known to live. Null: not since this column was added.
alter table worker_builds add column last_seen_at timestamptz;
