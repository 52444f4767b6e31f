-- Debug runs: what was asked of models and what they answered, for those who look for a fault. Not part of the truth: all
-- of it may be missing.

alter table chats add column debug boolean not null default false;

create table debug_runs (
  chat_id uuid not null references chats on delete cascade,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('chat_turn', 'title', 'compaction', 'summary')),
  -- What it is the run of, unique in its chat and kind: of a turn its id. Whoever goes on with it finds it by that.
  name text not null,
  status text not null check (status in ('in_progress', 'interrupted', 'error', 'completed')),
  trigger_message_id bigint,
  history_tip_message_id bigint,
  provider text,
  model text,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (chat_id, id),
  unique (chat_id, kind, name)
);
-- Rows come in the order of time: this costs next to nothing and serves the purge.
create index debug_runs_by_time on debug_runs using brin (started_at);

create table debug_steps (
  chat_id uuid not null,
  run_id uuid not null,
  number integer not null,
  operation text not null,
  status text not null check (status in ('in_progress', 'interrupted', 'error', 'completed')),
  request json,
  response json,
  usage json,
  error json,
  metadata json,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (chat_id, run_id, number),
  foreign key (chat_id, run_id) references debug_runs on delete cascade
);

-- HTTP calls. All tries at a step are attempts of that one step, whichever worker made them.
create table debug_attempts (
  chat_id uuid not null,
  run_id uuid not null,
  step integer not null,
  -- Which try (of an answer: its episode), and which HTTP call of it.
  call text not null,
  seq integer not null,
  status text not null check (status in ('in_progress', 'interrupted', 'error', 'completed')),
  method text not null,
  url text not null,
  request_headers json not null,
  request_body text,
  response_status integer,
  response_headers json,
  response_body text,
  error text,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (chat_id, run_id, step, call, seq),
  foreign key (chat_id, run_id, step) references debug_steps on delete cascade
);
