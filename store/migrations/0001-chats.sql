-- The truth: users, keys, chats, messages, queue, outbox, what is in flight. Content is `json`, not `jsonb`: jsonb refuses
-- \u0000, which tools and people do send; nothing here is searched by its inside.

create table users (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('admin', 'member')),
  created_at timestamptz not null default now()
);

create table api_keys (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null,
  prefix text not null,
  sha256 text not null unique,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);

create table model_configs (
  id uuid primary key,
  name text not null,
  provider text not null,
  model text not null,
  is_default boolean not null default false,
  enabled boolean not null default true,
  seeded boolean not null default false,
  settings json not null default '{}',
  created_at timestamptz not null default now()
);
create unique index model_configs_one_default on model_configs (is_default) where is_default;
create unique index model_configs_seeded on model_configs (provider, model) where seeded;

create table chats (
  id uuid primary key,
  owner_id uuid not null references users on delete cascade,
  parent_chat_id uuid references chats on delete cascade,
  root_chat_id uuid not null,
  workspace_id uuid,
  project_path text,
  title text not null,
  title_by_user boolean not null default false,
  system_prompt text,
  status text not null check (status in ('waiting', 'running', 'interrupting', 'requires_action', 'error')),
  last_error json,
  retry json,
  required_action json,
  model_config_id uuid,
  reasoning_effort text,
  turn_model_config_id uuid,
  turn_reasoning_effort text,
  labels jsonb not null default '{}',
  pin_order integer,
  archived boolean not null default false,
  plan_mode boolean not null default false,
  dynamic_tools json not null default '[]',
  last_turn_summary text,
  -- The turn in progress, or the last one when none is.
  current_turn_id bigint,
  turn_steps integer not null default 0,
  queue_length integer not null default 0,
  -- Every change raises snapshot_version; any change to messages raises history_version and zeroes the attempt.
  snapshot_version bigint not null default 1,
  history_version bigint not null default 1,
  generation_attempt integer not null default 0,
  -- Snapshot version of the last cut of the history: older cursors must start anew.
  reset_version bigint not null default 1,
  provider_failures integer not null default 0,
  no_output_failures integer not null default 0,
  lost_attempts integer not null default 0,
  -- Whether the latest attempt has told how it ended; one that has not was lost with its worker.
  attempt_open boolean not null default false,
  -- When Temporal scheduled the attempt that began last, in milliseconds since 1970 by Temporal's clock. Tasks that a frozen
  -- worker had taken before it was given up begin when it wakes: one scheduled earlier must not push out its successor.
  attempt_scheduled_ms bigint not null default 0,
  -- What the activity that committed last has returned, so that its retry returns the same.
  outcome_run_id text,
  outcome_activity_id text,
  outcome json,
  last_read_message_id bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index chats_by_owner on chats (owner_id, updated_at desc, id) where parent_chat_id is null;
create index chats_by_parent on chats (parent_chat_id) where parent_chat_id is not null;
create index chats_by_root on chats (root_chat_id);
create index chats_active on chats (updated_at) where status in ('running', 'interrupting', 'requires_action');

create sequence message_ids;

create table messages (
  chat_id uuid not null references chats on delete cascade,
  id bigint not null default nextval('message_ids'),
  turn_id bigint not null,
  role text not null check (role in ('system', 'user', 'assistant', 'tool')),
  content json not null,
  content_version smallint not null default 1,
  visibility text not null default 'both' check (visibility in ('user', 'model', 'both')),
  model_config_id uuid,
  reasoning_effort text,
  provider text,
  model text,
  started_at timestamptz,
  finished_at timestamptz,
  provider_response_id text,
  usage json,
  finish_reason text,
  cost_micros bigint,
  runtime_ms integer,
  interrupted boolean not null default false,
  compressed boolean not null default false,
  created_by uuid,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  -- Snapshot version of the change that wrote the row, and the episodes whose parts it replaces.
  version bigint not null,
  closes text[] not null default '{}',
  primary key (chat_id, id)
);
create index messages_by_version on messages (chat_id, version);

create table queued_messages (
  chat_id uuid not null references chats on delete cascade,
  id bigint not null default nextval('message_ids'),
  content json not null,
  model_config_id uuid,
  reasoning_effort text,
  position integer not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (chat_id, id)
);

-- A row is a promise to tell the workflow. `start` opens a run if none is open; `signal` only reaches an open one.
create table outbox (
  id bigint generated always as identity primary key,
  chat_id uuid not null,
  kind text not null check (kind in ('start', 'signal', 'cancel')),
  signal text not null,
  payload json not null,
  created_at timestamptz not null default now(),
  not_before timestamptz not null default now(),
  tries integer not null default 0
);
create index outbox_due on outbox (not_before, id);

-- Parts that no longer fit the heartbeat. Rows go when the episode is committed.
create table inflight_parts (
  chat_id uuid not null references chats on delete cascade,
  episode text not null,
  from_seq integer not null,
  seq integer not null,
  parts json not null,
  primary key (chat_id, episode, from_seq)
);

-- Claim before effect: one row per tool call.
create table tool_executions (
  chat_id uuid not null references chats on delete cascade,
  tool_call_id text not null,
  tool_name text not null,
  attempts integer not null default 0,
  claimed_at timestamptz not null default now(),
  finished_at timestamptz,
  result json,
  is_error boolean,
  truncated boolean,
  primary key (chat_id, tool_call_id)
);

create table idempotency_keys (
  user_id uuid not null references users on delete cascade,
  key text not null,
  request_sha256 text not null,
  status integer,
  body json,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
