-- What a deployment and its users have set, as wholes: each is written in one go and read with every prompt.

create table settings (
  -- One row at most.
  id boolean primary key default true check (id),
  value json not null,
  updated_at timestamptz not null default now()
);

create table user_settings (
  user_id uuid primary key references users on delete cascade,
  value json not null,
  updated_at timestamptz not null default now()
);

create trigger settings_announce after insert or update or delete or truncate on settings
  for each statement execute function announce_models();
create trigger user_settings_announce after insert or update or delete or truncate on user_settings
  for each statement execute function announce_models();
