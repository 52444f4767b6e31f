-- When Temporal scheduled the attempt that began last, in milliseconds since 1970 by Temporal's clock. Tasks that a frozen
-- worker had taken before it was given up begin when it wakes: one scheduled earlier must not push out its successor.
alter table chats add column attempt_scheduled_ms bigint not null default 0;
