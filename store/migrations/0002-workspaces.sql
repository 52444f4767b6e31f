-- Workspaces: what their owners wish, how far their workflows have come, their builds and the builds' logs.

create table workspaces (
  id uuid primary key,
  owner_id uuid not null references users on delete cascade,
  name text not null,
  template text not null,
  parameters json not null default '{}',
  -- What it is made from, as the template was when it was made.
  plan json not null,
  build_commands json not null default '[]',
  startup text,
  driver text not null,
  status text not null check (status in ('building', 'running', 'stopping', 'stopped', 'failed', 'deleting')),
  agent_status text not null default 'none' check (agent_status in ('none', 'connecting', 'ready', 'not_ready')),
  agent_error text,
  error text,
  wish text not null check (wish in ('running', 'stopped', 'deleted')),
  -- Raised by each wish the workflow is to hear of, and the newest it was told. Behind: a loop of the worker tells it.
  version bigint not null default 1,
  told_version bigint not null default 0,
  build_id uuid,
  -- When its first build succeeded; null: there is no place worth keeping, so a stop removes it and a start makes it anew.
  built_at timestamptz,
  -- Whether the template's build commands have run in this place.
  commands_run boolean not null default false,
  ttl_ms bigint,
  last_active_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (owner_id, name)
);
create index workspaces_by_owner on workspaces (owner_id, created_at desc, id desc);
create index workspaces_untold on workspaces (updated_at) where told_version < version;
create index workspaces_moving on workspaces (updated_at) where status in ('building', 'stopping', 'deleting');
create index workspaces_idle on workspaces (last_active_at) where status = 'running' and ttl_ms is not null;

create table workspace_builds (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  kind text not null check (kind in ('create', 'start')),
  status text not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  error text,
  -- The turn that asked for it: its interrupt cancels the build.
  began_by_chat uuid,
  began_by_turn bigint,
  -- How far it has come, for the worker that takes it over.
  provisioned boolean not null default false,
  connect_started_at timestamptz,
  -- The process whose output is being followed into the log, and how many of its bytes are there.
  followed_key text,
  followed_bytes bigint not null default 0,
  log_seq integer not null default 0,
  log_bytes bigint not null default 0,
  -- When Temporal scheduled the attempt that works on it, by its clock: one scheduled earlier comes from a worker given up.
  attempt_scheduled_ms bigint not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index workspace_builds_by_workspace on workspace_builds (workspace_id, created_at);

create table build_logs (
  build_id uuid not null references workspace_builds on delete cascade,
  seq integer not null,
  at timestamptz not null default now(),
  text text not null,
  primary key (build_id, seq)
);

create index chats_by_workspace on chats (workspace_id) where workspace_id is not null;

-- When Temporal scheduled the attempt that claimed a call: one scheduled earlier comes from a worker given up.
alter table tool_executions add column scheduled_ms bigint not null default 0;
