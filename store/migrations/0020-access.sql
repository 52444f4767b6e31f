-- needs 0014-quirks.sql
-- Users who come and go, keys that reach only so far, and what was done by whom (SPEC A1, A8, A9). Small and rarely written:
-- its indexes need not be built outside a transaction.

alter table users
  -- Of the person, to recognise them by; a deleted user has none.
  add column email text,
  add column suspended_at timestamptz,
  -- The row stays: the ledger, messages and the audit log name it.
  add column deleted_at timestamptz,
  -- What is to become of a deleted user's chats and workspaces: {chats: delete | transfer, to}.
  add column deletion json,
  -- Nothing of a deleted user is left.
  add column emptied_at timestamptz;
create unique index users_by_email on users (lower(email)) where deleted_at is null;
-- Deleted users of whom something is left.
create index users_to_empty on users (deleted_at) where deleted_at is not null and emptied_at is null;

alter table api_keys
  add column scope text not null default 'full' check (scope in ('full', 'chats', 'read')),
  -- The user who made it; null: the command line, or the environment.
  add column created_by uuid;
create index api_keys_by_user on api_keys (user_id, id);

create table audit_log (
  -- Version 7: in the order of time.
  id uuid primary key,
  at timestamptz not null default now(),
  -- Null: nobody who has a user, such as the command line.
  actor_user_id uuid,
  -- With what the actor proved who they are.
  actor_kind text not null,
  action text not null,
  target_type text not null,
  target_id text,
  detail json not null default '{}',
  address text,
  request_id text
);
create index audit_log_by_actor on audit_log (actor_user_id, id);
create index audit_log_by_target on audit_log (target_id, id);
create index audit_log_by_action on audit_log (action, id);

-- Processes remember keys for a moment. Notes of a key's use are no reason to forget it.
create function announce_access() returns trigger language plpgsql as $$
begin
  perform pg_notify('everturn_access', '');
  return null;
end $$;
create trigger users_announce after delete or update of role, suspended_at, deleted_at, name on users
  for each statement execute function announce_access();
create trigger api_keys_announce after delete or update of user_id, expires_at, revoked_at, scope on api_keys
  for each statement execute function announce_access();
