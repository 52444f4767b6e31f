-- needs 0014-quirks.sql
-- Folders that chats are made for (SPEC C13), and the project that a chat was made for.

create table projects (
  id uuid primary key,
  name text not null,
  -- Real path, without links, as it was when the project was made.
  path text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Kept for a day, since readers of feeds are told.
  deleted_at timestamptz
);
create unique index projects_name on projects (name) where deleted_at is null;
create index projects_created on projects (created_at);
create index projects_deleted on projects (deleted_at) where deleted_at is not null;

-- Without a reference: a chat goes on in its folder when the project is deleted.
alter table chats add column project_id uuid;
