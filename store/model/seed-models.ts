// Turns the environment's providers and model configs into rows.
import { v7 as uuidv7 } from "uuid";
import type { JsonObject } from "../../core/part/part.ts";
import { type Pool, type Tx, withTransaction } from "../database.ts";
import { electDefault, lockModels, makeDefault } from "./elect-default.ts";

/** A model config that the environment asks for. The first of a list becomes the default. */
export interface SeededModelConfig {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** For a new config. An existing one keeps its own. */
  readonly settings?: JsonObject;
}

/** Named after their kinds. Without a key in the environment they wait until one is stored. */
const SEEDED_PROVIDERS = ["openai", "anthropic"];

/**
 * Makes sure that the environment's providers and model configs exist. Ids stay: a seeded config that the environment
 * no longer names is disabled, and enabled again when it comes back. The first becomes the default, unless people chose
 * another one that still works.
 */
export async function seedModelConfigs(pool: Pool, seeds: readonly SeededModelConfig[]): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await lockModels(tx);
    for (const name of SEEDED_PROVIDERS) await seedProvider(tx, name);
    if (seeds.length === 0) return;
    const ids: string[] = [];
    for (const seed of seeds) ids.push(await seedConfig(tx, seed));
    await tx.query(
      `update model_configs set enabled = false, withdrawn = true
       where seeded and not withdrawn and not id = any($1)`,
      [ids],
    );
    const { rows } = await tx.query(
      "select 1 from model_configs where is_default and enabled and (chosen or not seeded) limit 1",
    );
    if (rows.length === 0) await makeDefault(tx, ids[0] as string, "environment");
    await electDefault(tx);
  });
}

async function seedProvider(tx: Tx, name: string): Promise<void> {
  await tx.query(
    `insert into model_providers (id, name, kind, seeded) values ($1, $2, $2, true) on conflict (name) do nothing`,
    [uuidv7(), name],
  );
  // Includes configs that were created before providers had rows.
  await tx.query(
    `update model_configs set provider_id = (select id from model_providers where name = $1 and seeded)
     where provider = $1 and provider_id is null`,
    [name],
  );
}

async function seedConfig(tx: Tx, seed: SeededModelConfig): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into model_configs (id, name, provider, model, settings, seeded, provider_id)
     values ($1, $2, $3, $4, $5, true, (select id from model_providers where name = $3 and seeded))
     on conflict (provider, model) where seeded do update
       set enabled = model_configs.enabled or model_configs.withdrawn, withdrawn = false
     returning id`,
    [uuidv7(), seed.name, seed.provider, seed.model, JSON.stringify(seed.settings ?? {})],
  );
  return (rows[0] as { id: string }).id;
}
