-- Compaction: a message with `compressed` is a boundary; prompts take it and what follows it.

alter table messages
  -- Of a boundary: ids of user messages before it that follow it word for word, as a JSON list (SPEC K4).
  add column keeps json;

-- Prompts look for the newest boundary, and for what stays from before it: neither may cost more as a chat grows.
create index messages_boundaries on messages (chat_id, id) where compressed and deleted_at is null;
create index messages_system on messages (chat_id, id) where role = 'system' and deleted_at is null;

alter table chats
  -- {source, context_limit}: a compaction that is to come next, whatever the threshold says.
  add column compaction json,
  -- The turn whose overflow has been answered by a compaction: a second one ends it (SPEC X3).
  add column overflow_turn_id bigint;
