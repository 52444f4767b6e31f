-- Chats that a client calls by a name of its own (the AI SDK endpoints), and which of its messages have been taken.

create table client_chats (
  owner_id uuid not null references users on delete cascade,
  client_id text not null,
  -- Checked at the commit: the name is claimed before the chat is made, so that of two racing posts one makes it. Goes with the
  -- chat: the name can begin anew.
  chat_id uuid not null references chats on delete cascade deferrable initially deferred,
  primary key (owner_id, client_id)
);
create index client_chats_by_chat on client_chats (chat_id);

create table client_messages (
  chat_id uuid not null references chats on delete cascade,
  client_id text not null,
  -- Of a message, or of a queued one until it is promoted: both are numbered by one sequence.
  message_id bigint not null,
  primary key (chat_id, client_id)
);
create index client_messages_by_message on client_messages (chat_id, message_id);
