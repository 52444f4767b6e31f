-- needs 0014-quirks.sql
-- What turns wait for: results of tools that the client runs, and approvals. A call that somebody is asked about has its row in
-- tool_executions from the moment it is asked for; its decision stays with the message of the results.
alter table chats add column approval_policy json not null default '{}';
-- Null: no deadline.
alter table chats add column client_tool_deadline_s integer default 300;
-- Null: all built-in tools.
alter table chats add column builtin_tools json;
-- What the message of the present turn brought along: its own tools.
alter table chats add column turn_options json;
alter table messages add column turn_options json;
alter table queued_messages add column turn_options json;
alter table messages add column decisions json;
-- What is asked: 'client' (the client runs it), 'approval'; null: nobody is asked.
alter table tool_executions add column kind text;
alter table tool_executions add column asked_at timestamptz;
alter table tool_executions add column deadline_at timestamptz;
-- 'approved', 'denied', 'answered', 'expired', 'forbidden' (by a policy); null: not yet.
alter table tool_executions add column decision text;
alter table tool_executions add column decided_at timestamptz;
alter table tool_executions add column decided_by uuid;
alter table tool_executions add column decided_key uuid;
alter table tool_executions add column reason text;
-- In place of what the model wrote.
alter table tool_executions add column edited_args json;
-- JSON schema that edited arguments must fit.
alter table tool_executions add column parameters json;
