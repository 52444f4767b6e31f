-- needs 0014-quirks.sql
-- Profiles: names for what a chat begins with (SPEC C10), and what a chat keeps of the version that it was made from.

create table profiles (
  id uuid primary key,
  name text not null unique,
  -- Raised with each change.
  version integer not null default 1,
  -- {system_prompt, model_config_id, reasoning_effort, tools, mcp_server_ids, skills, approval_policy, template}
  value json not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- The same with id, name and version. Null: none. A copy, so that turns need no further query and an edited or deleted profile
-- changes no chat.
alter table chats add column profile json;
