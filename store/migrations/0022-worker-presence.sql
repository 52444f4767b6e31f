-- needs 0014-quirks.sql
-- Which workers live, and which of them works on what, so that the others notice a death within half a second (SPEC O10).

create table workers (
  id uuid primary key,
  -- Its session holds this advisory lock for as long as it lives.
  lock_key bigint not null unique,
  -- The name by which Temporal knows it: the activities that it runs carry it.
  identity text not null,
  -- pg_postmaster_start_time() when it last took its lock. With another one, Postgres has restarted since, and it may live.
  locked_at_start timestamptz not null,
  started_at timestamptz not null default now(),
  -- It has stopped, or its activities have been handed on.
  gone_at timestamptz
);
create index workers_present on workers (id) where gone_at is null;

-- The worker of the latest attempt. It finds work that may be left; whether it is still that worker's, Temporal says.
alter table chats add column attempt_worker_id uuid;
alter table tool_executions add column worker_id uuid;
