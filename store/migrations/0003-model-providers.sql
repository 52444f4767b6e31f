-- Providers and what a model config knows of its model. Keys are sealed with the deployment's secret key and bound to their row.

create table model_providers (
  id uuid primary key,
  name text not null unique,
  kind text not null check (kind in ('openai', 'openai-compatible', 'anthropic')),
  base_url text,
  api text check (api in ('responses', 'chat_completions')),
  api_key_sealed text,
  -- Which secret key sealed it, so that a rotation knows what is left to do.
  key_id text,
  enabled boolean not null default true,
  -- Of the environment: named by it, and its key is the environment's unless one is stored here.
  seeded boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table model_configs
  add column provider_id uuid references model_providers on delete cascade,
  -- Tokens the model takes in all; null: nobody has said (SPEC K1).
  add column context_limit integer,
  -- Percent of the context limit at which the history is compacted, 0 to 100; null: the default (SPEC K2).
  add column compression_threshold integer,
  add column reasoning_effort text,
  add column reasoning_effort_max text,
  -- {input, output, cache_read, cache_write}, money per million tokens; null: unpriced (SPEC B3).
  add column price json,
  add column updated_at timestamptz not null default now(),
  -- A person made it the default: a start of the API does not take that back.
  add column chosen boolean not null default false,
  -- Seeded once, and no longer named by the environment: disabled until it is named again.
  add column withdrawn boolean not null default false;

-- Rare and small, so the NOTIFY may be part of the writing transaction: processes forget what they keep of these tables.
create function announce_models() returns trigger language plpgsql as $$
begin
  perform pg_notify('everturn_models', '');
  return null;
end $$;
create trigger model_providers_announce after insert or update or delete or truncate on model_providers
  for each statement execute function announce_models();
create trigger model_configs_announce after insert or update or delete or truncate on model_configs
  for each statement execute function announce_models();
