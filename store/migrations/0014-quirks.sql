-- What servers have taught by refusing a request (SPEC X10).

create table model_quirks (
  provider_id uuid not null references model_providers on delete cascade,
  -- '' is the service's own address. Of a seeded provider it is the environment's, which its row does not hold.
  base_url text not null,
  -- The dialect that was spoken.
  api text not null,
  model text not null,
  quirk text not null,
  -- What it changes, as the program knew it that learnt it.
  about text not null,
  -- The refusal, redacted.
  words text,
  learnt_at timestamptz not null default now(),
  primary key (provider_id, base_url, api, model, quirk)
);

-- Kept by processes with the models that they are of.
create trigger model_quirks_announce after insert or update or delete or truncate on model_quirks
  for each statement execute function announce_models();

-- Of a chat: by provider, the newest message that goes back without what that provider had signed or sealed in it and before it.
alter table chats add column unsealed jsonb not null default '{}';
