-- How long a step's failed calls have been waited out so far: a provider that is down must not hold a turn for ever (SPEC X1).

alter table chats add column retry_waited_ms integer not null default 0;
