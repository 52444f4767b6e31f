-- needs 0043-waits.sql
-- Of the last answer of a turn whose message has an output_schema: its value, or why there is none.
alter table messages add column structured_output json;
