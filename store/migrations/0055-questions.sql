-- needs 0043-waits.sql
-- Questions that the server of a running tool call asks a person. They are kept with the call, together with what the server wants
-- back with the answers.
alter table tool_executions add column questions json;
-- Somebody is still to answer.
alter table tool_executions add column question_open boolean not null default false;
-- The call runs meanwhile, on a connection that waits for the answer; false: it is made again with the answers.
alter table tool_executions add column question_held boolean not null default false;
-- Claims of the call that ended with a question: the call that brings the answers is an effect of its own.
alter table tool_executions add column attempts_before integer not null default 0;
