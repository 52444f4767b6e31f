-- needs 0014-quirks.sql
-- How many tokens a model takes, as its provider named it when it refused a prompt: the compaction that follows must not
-- forget it.
alter table chats add column learnt_context_limit json;
