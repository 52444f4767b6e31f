-- What tells this deployment from others on shared engines, for as long as its database lives.
create table deployment (
  id uuid primary key default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into deployment default values;
