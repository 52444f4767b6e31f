// Lists and changes model configs.
import { v7 as uuidv7 } from "uuid";
import { modelConfigsMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { Price } from "../../core/usage/price.ts";
import type { AuditEntry } from "../access/audit-log.ts";
import { audited } from "../access/audited.ts";
import type { Queryable, Tx } from "../database.ts";
import type { Store } from "../store.ts";
import { electDefault, lockModels, makeDefault } from "./elect-default.ts";
import { dropUnusedQuirks } from "./model-quirks.ts";

/** What people may set. In a change, an absent field stays as it is. */
export interface ModelConfigFields {
  readonly name: string;
  readonly model: string;
  readonly enabled: boolean;
  readonly context_limit: number | null;
  readonly compression_threshold: number | null;
  readonly reasoning_effort: string | null;
  readonly reasoning_effort_max: string | null;
  readonly price: Price | null;
  /** Null removes a setting. */
  readonly settings: JsonObject;
}

export interface ListedModelConfig extends ModelConfigFields {
  readonly id: string;
  readonly provider_id: string | null;
  readonly provider: string;
  readonly is_default: boolean;
  readonly seeded: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

const SELECT = `select c.id, c.name, c.provider_id, coalesce(p.name, c.provider) as provider, c.model, c.is_default, c.enabled,
  c.seeded and not c.withdrawn as seeded, c.settings, c.context_limit, c.compression_threshold, c.reasoning_effort,
  c.reasoning_effort_max, c.price, c.created_at, c.updated_at
  from model_configs c left join model_providers p on p.id = c.provider_id`;

/** All of them, the default first, then by name. */
export async function listModelConfigs(db: Queryable): Promise<ListedModelConfig[]> {
  const { rows } = await db.query<ListedModelConfig>(`${SELECT} order by c.is_default desc, c.name, c.id`);
  return rows;
}

export async function readModelConfig(db: Queryable, id: string): Promise<ListedModelConfig | null> {
  const { rows } = await db.query<ListedModelConfig>(`${SELECT} where c.id = $1`, [id]);
  return rows[0] ?? null;
}

/** Creates a config. The first one that works becomes the default. */
export async function createModelConfig(
  store: Store,
  provider_id: string,
  { is_default, ...fields }: ModelConfigFields & { readonly is_default: boolean },
): Promise<ListedModelConfig> {
  const id = uuidv7();
  return changeModels(store, ofConfig("create", id, { name: fields.name }), async (tx) => {
    const { rows } = await tx.query<{ count: number; name: string | null }>(
      "select count(*)::int as count, (select name from model_providers where id = $1) as name from model_configs",
      [provider_id],
    );
    const { count, name } = rows[0] as { count: number; name: string | null };
    if (name === null) throw noSuchProvider();
    if (count >= modelConfigsMax) throw new Refusal("too_many", `at most ${modelConfigsMax} model configs`);
    await tx.query(
      "insert into model_configs (id, name, provider, provider_id, model) values ($1, $2, $3, $4, $5)",
      [id, fields.name, name, provider_id, fields.model],
    );
    await writeFields(tx, id, fields);
    return settle(tx, id, is_default ? true : undefined);
  });
}

/** Changes a config. `is_default: false` makes the oldest other one that works the default, if there is one. */
export async function updateModelConfig(
  store: Store,
  id: string,
  change: Partial<ModelConfigFields> & { readonly provider_id?: string; readonly is_default?: boolean },
): Promise<ListedModelConfig> {
  const entry = ofConfig("update", id, { changed: Object.keys(change) });
  return changeModels(store, entry, async (tx) => {
    const old = await readModelConfig(tx, id);
    if (old === null) throw new Refusal("not_found", "no such model config");
    if (old.seeded && change.model !== undefined && change.model !== old.model) throw fixedByEnvironment();
    if (change.provider_id !== undefined && change.provider_id !== old.provider_id) {
      await moveToProvider(tx, old, change.provider_id);
    }
    const settings = Object.entries({ ...old.settings, ...change.settings });
    const kept = Object.fromEntries(settings.filter(([, value]) => value !== null));
    await writeFields(tx, id, { ...old, ...change, settings: kept });
    return settle(tx, id, change.is_default);
  });
}

/** Chats that used it continue with the default (SPEC Q5). */
export async function deleteModelConfig(store: Store, id: string): Promise<void> {
  await changeModels(store, ofConfig("delete", id), async (tx) => {
    const old = await readModelConfig(tx, id);
    if (old === null) throw new Refusal("not_found", "no such model config");
    if (old.seeded) throw ofEnvironment();
    await tx.query("delete from model_configs where id = $1", [id]);
    await electDefault(tx);
  });
}

/** Runs one change at a time, notes it in the audit log, and clears this process's cache. */
export async function changeModels<T>(
  store: Store,
  entry: AuditEntry,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await audited(store, entry, async (tx) => {
      await lockModels(tx);
      const done = await work(tx);
      await dropUnusedQuirks(tx);
      return done;
    });
  } finally {
    store.modelBook?.forget();
  }
}

function ofConfig(act: string, target_id: string, detail: JsonObject = {}): AuditEntry {
  return { action: `model_config.${act}`, target_type: "model_config", target_id, detail };
}

export function ofEnvironment(): Refusal {
  return new Refusal("of_environment", "the environment would bring it back: disable it instead");
}

function fixedByEnvironment(): Refusal {
  return new Refusal("of_environment", "its provider and model come from the environment");
}

async function moveToProvider(tx: Tx, old: ListedModelConfig, providerId: string): Promise<void> {
  if (old.seeded) throw fixedByEnvironment();
  const { rowCount } = await tx.query(
    `update model_configs set provider_id = $2, provider = (select name from model_providers where id = $2)
     where id = $1 and exists (select 1 from model_providers where id = $2)`,
    [old.id, providerId],
  );
  if (rowCount === 0) throw noSuchProvider();
}

async function writeFields(tx: Tx, id: string, fields: ModelConfigFields): Promise<void> {
  await tx.query(
    `update model_configs set name = $2, model = $3, enabled = $4, context_limit = $5, compression_threshold = $6,
       reasoning_effort = $7, reasoning_effort_max = $8, price = $9, settings = $10, updated_at = now() where id = $1`,
    [
      id,
      fields.name,
      fields.model,
      fields.enabled,
      fields.context_limit,
      fields.compression_threshold,
      fields.reasoning_effort,
      fields.reasoning_effort_max,
      fields.price === null ? null : JSON.stringify(fields.price),
      JSON.stringify(fields.settings),
    ],
  );
}

async function settle(tx: Tx, id: string, isDefault: boolean | undefined): Promise<ListedModelConfig> {
  if (isDefault === true) await makeDefault(tx, id, "person");
  if (isDefault === false) {
    await tx.query("update model_configs set is_default = false, chosen = false where id = $1", [id]);
  }
  await electDefault(tx, isDefault === false ? id : null);
  const config = (await readModelConfig(tx, id)) as ListedModelConfig;
  if (isDefault === true && !config.is_default) {
    throw new Refusal("invalid_request", undefined, [
      { path: "is_default", message: "the default must be enabled, and its provider too" },
    ]);
  }
  return config;
}

function noSuchProvider(): Refusal {
  return new Refusal("model_provider_not_found", undefined, [
    { path: "provider_id", message: "names no model provider" },
  ]);
}

/** The model of the provider's oldest enabled config. */
export async function firstModelOf(db: Queryable, providerId: string): Promise<string | null> {
  const { rows } = await db.query<{ model: string }>(
    "select model from model_configs where provider_id = $1 and enabled order by created_at, id limit 1",
    [providerId],
  );
  return rows[0]?.model ?? null;
}
