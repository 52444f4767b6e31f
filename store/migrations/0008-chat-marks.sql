-- What a chat's row cannot tell those who follow all chats of a user: that it was read, which changes nothing of it, and
-- that it is gone. Kept for a day: who has been away for longer is shown the whole list.

create table chat_marks (
  -- Without a reference: the mark of a deletion outlives its chat.
  chat_id uuid primary key,
  owner_id uuid not null references users on delete cascade,
  kind text not null check (kind in ('read', 'deleted')),
  at timestamptz not null default now()
);
create index chat_marks_by_owner on chat_marks (owner_id, at);
create index chat_marks_by_time on chat_marks (at);

-- Beside chats_by_owner, which has the roots: each chat is in one of the two, so that none costs more to change.
create index chats_below_by_owner on chats (owner_id, updated_at desc, id) where parent_chat_id is not null;
