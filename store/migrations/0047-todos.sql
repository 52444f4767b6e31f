-- needs 0014-quirks.sql
-- A chat's to-do list, and whether the model was told of it. Null: there is none.
alter table chats add column todos json;
