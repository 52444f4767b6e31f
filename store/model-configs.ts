// The store is the only room with SQL. This file: the model configs, read by API and worker, and seeded from the environment.
import { v7 as uuidv7 } from "uuid";
import { type Pool, type Queryable, type Tx, withTransaction } from "./database.ts";
import type { ModelConfigRow } from "./resolve-model-config.ts";

/** A model config as the environment wants it. The first of a list becomes the default. */
export interface SeededModelConfig {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
}

export interface ListedModelConfig extends ModelConfigRow {
  readonly created_at: string;
}

const COLUMNS = "id, name, provider, model, is_default, enabled, settings, created_at";
/** Two replicas that start at once must not both write. */
const SEED_LOCK_KEY = 7_305_110_003;

/** All of them, the default first, then by name. */
export async function listModelConfigs(db: Queryable): Promise<ListedModelConfig[]> {
  const { rows } = await db.query<ListedModelConfig>(
    `select ${COLUMNS} from model_configs order by is_default desc, name, id`,
  );
  return rows;
}

export async function readModelConfig(db: Queryable, id: string): Promise<ListedModelConfig | null> {
  const { rows } = await db.query<ListedModelConfig>(`select ${COLUMNS} from model_configs where id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
}

/**
 * Makes the model configs of the environment exist. Ids stay: a seeded one that the environment no longer names is
 * disabled, and comes back enabled. The first becomes the default unless people chose another that still works.
 */
export async function seedModelConfigs(pool: Pool, seeds: readonly SeededModelConfig[]): Promise<void> {
  if (seeds.length === 0) return;
  await withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [SEED_LOCK_KEY]);
    const ids: string[] = [];
    for (const seed of seeds) ids.push(await upsertSeed(tx, seed));
    await tx.query(
      "update model_configs set enabled = false, is_default = false where seeded and not id = any($1)",
      [ids],
    );
    await chooseDefault(tx, ids[0] as string);
  });
}

async function upsertSeed(tx: Tx, seed: SeededModelConfig): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into model_configs (id, name, provider, model, seeded) values ($1, $2, $3, $4, true)
     on conflict (provider, model) where seeded do update set enabled = true returning id`,
    [uuidv7(), seed.name, seed.provider, seed.model],
  );
  return (rows[0] as { id: string }).id;
}

async function chooseDefault(tx: Tx, seededId: string): Promise<void> {
  const { rows } = await tx.query(
    "select 1 from model_configs where is_default and enabled and not seeded limit 1",
  );
  if (rows.length > 0) return;
  await tx.query("update model_configs set is_default = false where is_default and id <> $1", [seededId]);
  await tx.query("update model_configs set is_default = true where id = $1", [seededId]);
}
