-- needs 0014-quirks.sql
-- outside a transaction
-- Finds the words of messages that people see: GET /v1/search.

create index concurrently if not exists messages_words on messages
  using gin (to_tsvector('simple', message_text(content)))
  where deleted_at is null and visibility <> 'model' and role in ('user', 'assistant');
