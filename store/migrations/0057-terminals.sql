-- needs 0002-workspaces.sql
-- Terminals of workspaces. The shell is a process of the workspace's agent, and a worker attends it; what passes between the API and
-- that worker is here, since only workers reach workspaces.
create table workspace_terminals (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  status text not null default 'opening' check (status in ('opening', 'open', 'closed')),
  cols int not null,
  rows int not null,
  -- Grows with each change that readers are told.
  version int not null default 1,
  -- Of the worker that attends it: what an earlier attempt writes later changes nothing.
  attempt int not null default 0,
  -- Somebody wants it closed.
  close_wanted boolean not null default false,
  end_reason text check (end_reason in ('exited', 'closed', 'idle', 'workspace_stopped', 'agent_lost', 'failed')),
  end_message text,
  exit_code int,
  -- Bytes of output so far, those that were left out among them.
  output_end bigint not null default 0,
  created_at timestamptz not null default now(),
  -- When a worker last said that it attends it.
  attended_at timestamptz not null default now(),
  -- When somebody last typed, or had it open.
  used_at timestamptz not null default now(),
  ended_at timestamptz
);
create index workspace_terminals_of_workspace on workspace_terminals (workspace_id, created_at);

-- The newest output. Its place counts from the first byte that the shell ever wrote; between two rows there may be a gap.
create table terminal_output (
  terminal_id uuid not null references workspace_terminals on delete cascade,
  from_offset bigint not null,
  to_offset bigint not null,
  bytes bytea not null,
  primary key (terminal_id, from_offset)
);

-- Input on its way. A worker takes it before it gives it to the shell: it is given once or not at all.
create table terminal_input (
  terminal_id uuid not null references workspace_terminals on delete cascade,
  seq bigint generated always as identity,
  bytes bytea not null,
  primary key (terminal_id, seq)
);
