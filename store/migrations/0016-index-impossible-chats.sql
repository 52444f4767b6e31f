-- needs 0014-quirks.sql
-- outside a transaction
-- The reconciler looks for these in every round (SPEC S6); there should be none.

create index concurrently if not exists chats_impossible on chats (id) where status = 'waiting' and queue_length > 0;
