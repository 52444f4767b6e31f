-- What model calls cost, and what users may spend.

-- A ledger: one row per model call, never changed. It points at chats and users without holding on to them, for what was
-- spent stays spent when they are gone; and a foreign key would lock the user's row at each commit.
create table usage_records (
  chat_id uuid not null,
  kind text not null check (kind in ('chat_turn', 'title', 'compaction', 'summary')),
  -- Name of the call in its chat (of an answer: its episode), so that a commit tried again does not count it twice.
  call text not null,
  user_id uuid not null,
  root_chat_id uuid not null,
  model_config_id uuid,
  provider text not null,
  model text not null,
  -- Null: the provider has not said what it used.
  input_tokens bigint,
  output_tokens bigint,
  total_tokens bigint,
  reasoning_tokens bigint,
  cache_creation_tokens bigint,
  cache_read_tokens bigint,
  -- By the price at the time of the call; null: unpriced.
  cost_micros bigint,
  at timestamptz not null default now(),
  primary key (chat_id, kind, call)
);
-- A user's spending in a period is read from this index alone, before each call of those who have a limit.
create index usage_records_by_user on usage_records (user_id, at) include (cost_micros);
create index usage_records_by_root on usage_records (root_chat_id);
-- Rows come in the order of time: this costs next to nothing and serves reports over all users.
create index usage_records_by_time on usage_records using brin (at);

alter table users
  add column usage_limit_micros bigint check (usage_limit_micros >= 0),
  add column usage_limit_period text check (usage_limit_period in ('day', 'week', 'month')),
  add constraint users_usage_limit_whole check ((usage_limit_micros is null) = (usage_limit_period is null));
