-- needs 0014-quirks.sql
-- What is known of a chat's instructions and skills: where and when they were read, and whether they have changed since. Null: never read.
alter table chats add column context json;
