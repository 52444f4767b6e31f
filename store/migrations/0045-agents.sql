-- needs 0014-quirks.sql
-- Chats that another chat has started (subagents), and what the starting chat waits for.

-- Of a subagent: 'general' or 'explore'; null: people have started the chat.
alter table chats add column agent_type text;
-- Of a subagent: the turn of its parent that started it.
alter table chats add column spawned_turn_id bigint;
-- Whether it has ever started a subagent: all others need no look at their children.
alter table chats add column has_agents boolean not null default false;
-- Of a subagent: it has ended a turn since its parent was last told of it.
alter table chats add column report_untold boolean not null default false;

-- What the call has changed already, written together with the change: a call that runs again does nothing twice.
alter table tool_executions add column effect json;
-- The subagent that the call waits for, and until when.
alter table tool_executions add column awaits_chat_id uuid;
alter table tool_executions add column awaits_until timestamptz;
create index tool_executions_awaits on tool_executions (awaits_chat_id) where awaits_chat_id is not null;
