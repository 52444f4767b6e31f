-- needs 0014-quirks.sql
-- A queued message that is to enter the running turn after its next tools, instead of waiting for its end.
alter table queued_messages add column steer boolean not null default false;
