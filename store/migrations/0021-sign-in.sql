-- needs 0014-quirks.sql
-- How people come in without sending a key each time, and who reads chats of others (SPEC A1, A7, A10). New and empty tables:
-- their indexes need not be built outside a transaction.

create table sessions (
  id uuid primary key,
  -- Of the cookie's value, which is stored nowhere.
  sha256 text not null unique,
  user_id uuid not null references users on delete cascade,
  scope text not null check (scope in ('full', 'chats', 'read')),
  -- The key that was exchanged for it: the session ends with it. Null: the user came from the issuer.
  key_id uuid references api_keys on delete cascade,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  address text,
  user_agent text
);
create index sessions_by_user on sessions (user_id, id);
create index sessions_by_age on sessions (expires_at);

-- Who a person of the issuer is here. The row of a deleted user stays, so that nobody comes back as somebody new.
create table oidc_identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users on delete cascade,
  -- When the issuer said what the role is: an older token does not take that back.
  said_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index oidc_identities_by_user on oidc_identities (user_id);

create table chat_shares (
  id uuid primary key,
  chat_id uuid not null references chats on delete cascade,
  -- With whom; null: with whoever has the link.
  user_id uuid references users on delete cascade,
  -- Of the link's token, which is stored nowhere.
  sha256 text unique,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  check ((user_id is null) <> (sha256 is null))
);
create unique index chat_shares_by_user on chat_shares (chat_id, user_id) where user_id is not null;
create index chat_shares_by_chat on chat_shares (chat_id, id);

-- Processes remember sessions for a moment, and look at their open streams again.
create trigger sessions_announce after delete or update of scope, expires_at, user_id, key_id on sessions
  for each row execute function announce_access();
create trigger chat_shares_announce after delete or update of expires_at on chat_shares
  for each row execute function announce_access();

-- Whatever suspends, deletes or revokes, also a program of the version before: sessions do not come back afterwards.
create function end_sessions_of_user() returns trigger language plpgsql as $$
begin
  delete from sessions where user_id = new.id;
  if new.deleted_at is not null then
    delete from chat_shares where user_id = new.id;
  end if;
  return null;
end $$;
create trigger users_end_sessions after update of suspended_at, deleted_at on users
  for each row when (new.suspended_at is not null or new.deleted_at is not null) execute function end_sessions_of_user();

create function end_sessions_of_key() returns trigger language plpgsql as $$
begin
  delete from sessions where key_id = new.id;
  return null;
end $$;
create trigger api_keys_end_sessions after update of revoked_at on api_keys
  for each row when (new.revoked_at is not null) execute function end_sessions_of_key();
