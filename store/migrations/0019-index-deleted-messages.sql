-- needs 0014-quirks.sql
-- outside a transaction
-- Edited and regenerated messages stay for a while and are then removed; this finds them.

create index concurrently if not exists messages_deleted on messages (deleted_at) where deleted_at is not null;
