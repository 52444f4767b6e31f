-- needs 0014-quirks.sql
-- How turns ended that did not end well: the chat's row knows it of the newest turn alone. A turn without a row that is over has
-- ended well, so that a plain turn writes nothing here.

create table turn_ends (
  chat_id uuid not null references chats on delete cascade,
  turn_id bigint not null,
  status text not null check (status in ('interrupted', 'error')),
  error json,
  at timestamptz not null default now(),
  primary key (chat_id, turn_id)
);
