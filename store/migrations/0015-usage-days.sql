-- needs 0014-quirks.sql
-- What each chat has cost its user on each UTC day. A usage limit is checked before every model call, under the chat's lock; summing the
-- ledger of a whole month there took longer the more somebody used Everturn.

create table usage_days (
  user_id uuid not null,
  day date not null,
  -- Part of the key, so that only commits of one chat meet here, and these wait for each other at the chat anyway.
  chat_id uuid not null,
  cost_micros bigint not null,
  primary key (user_id, day, chat_id)
);

-- A trigger counts for programs of the version before as well, which know nothing of this table.
create function count_usage() returns trigger language plpgsql as $$
begin
  insert into usage_days as counted (user_id, day, chat_id, cost_micros)
  values (new.user_id, (new.at at time zone 'UTC')::date, new.chat_id, new.cost_micros)
  on conflict (user_id, day, chat_id) do update set cost_micros = counted.cost_micros + excluded.cost_micros;
  return null;
end $$;

create trigger usage_counted after insert on usage_records
  for each row when (new.cost_micros > 0) execute function count_usage();

-- The longest period is a month. The trigger's lock keeps others from writing to the ledger until this is committed.
insert into usage_days (user_id, day, chat_id, cost_micros)
select user_id, (at at time zone 'UTC')::date, chat_id, sum(cost_micros)
from usage_records where cost_micros > 0 and at >= date_trunc('month', now(), 'UTC') - interval '7 days'
group by 1, 2, 3;
