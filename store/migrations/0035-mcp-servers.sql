-- needs 0014-quirks.sql
-- MCP servers, what users are signed in with at them, and sign-ins that are under way (SPEC C4). Secrets are sealed with the
-- deployment's secret key and bound to their row.

create table mcp_servers (
  id uuid primary key,
  -- Null: the deployment's.
  owner_id uuid references users on delete cascade,
  slug text not null,
  name text not null,
  transport text not null check (transport in ('http', 'stdio')),
  url text,
  command text,
  args text[] not null default '{}',
  auth text not null check (auth in ('none', 'bearer', 'oauth')),
  -- Given by hand; null: the client registers itself.
  client_id text,
  scope text,
  -- Null: all tools.
  allow_tools text[],
  deny_tools text[] not null default '{}',
  -- {headers, env, token, client_secret}; null: there are none.
  secrets_sealed text,
  key_id text,
  -- Names alone, so that they can be shown.
  header_names text[] not null default '{}',
  env_names text[] not null default '{}',
  has_token boolean not null default false,
  has_client_secret boolean not null default false,
  enabled boolean not null default true,
  -- Raised with each change: connections made before it are not used any more.
  revision integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index mcp_servers_slug on mcp_servers (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'), slug);

-- What a user is signed in with at a server: {client, tokens, discovery}.
create table mcp_authorizations (
  server_id uuid not null references mcp_servers on delete cascade,
  user_id uuid not null references users on delete cascade,
  sealed text not null,
  key_id text not null,
  -- One process at a time refreshes: a refresh token may be good for one use only.
  refreshing_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (server_id, user_id)
);

-- Between the way to the authorisation server and back: {verifier, client, discovery, redirect_url}.
create table mcp_sign_ins (
  state_sha256 text primary key,
  server_id uuid not null references mcp_servers on delete cascade,
  user_id uuid not null references users on delete cascade,
  sealed text not null,
  expires_at timestamptz not null
);
create index mcp_sign_ins_expired on mcp_sign_ins (expires_at);
