-- needs 0014-quirks.sql
-- outside a transaction
-- The order of GET /v1/chats: pinned chats first, then the newest change. 2147483647 stands for "not pinned".

create index concurrently if not exists chats_listed
  on chats (owner_id, archived, (coalesce(pin_order, 2147483647)), updated_at desc, id desc) where parent_chat_id is null;
