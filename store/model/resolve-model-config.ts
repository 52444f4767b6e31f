// Finds the model that answers a message, and what is known about it.

import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { Price } from "../../core/usage/price.ts";
import { prepared, type Queryable } from "../database.ts";

export type ProviderKind = "openai" | "openai-compatible" | "anthropic";
export type OpenAiApi = "responses" | "chat_completions";

/** How a model is called: what its provider's row says. The key is encrypted and bound to the row. */
export interface ProviderSource {
  readonly id: string;
  readonly name: string;
  readonly kind: ProviderKind;
  /** Null for a seeded provider: use the environment's address, or the service's own. */
  readonly base_url: string | null;
  readonly api: OpenAiApi | null;
  readonly api_key_sealed: string | null;
  readonly key_id: string | null;
  /** The environment's provider: its address, and its key unless one is stored, come from there. */
  readonly seeded: boolean;
}

/** What is known about the model's server at that address, in that dialect. */
export interface KnownQuirk {
  readonly quirk: string;
  /** "" means the service's own address. */
  readonly base_url: string;
  readonly api: string;
}

export interface ModelConfigRow {
  readonly id: string;
  readonly name: string;
  /** The provider's name. */
  readonly provider: string;
  readonly model: string;
  readonly is_default: boolean;
  readonly enabled: boolean;
  /** Max output tokens, sampling, penalties, stop, provider options (SPEC L12). */
  readonly settings: JsonObject;
  /** Null if it was created before providers had rows: the environment's provider of that name answers. */
  readonly provider_id: string | null;
  readonly kind: ProviderKind;
  /** Tokens that the model takes in all; null if nobody said (SPEC K1). */
  readonly context_limit: number | null;
  /** Percentage of the context limit at which the history is compacted; null means the default (SPEC K2). */
  readonly compression_threshold: number | null;
  /** For chats that choose none; never above `reasoning_effort_max` (SPEC L11). */
  readonly reasoning_effort: string | null;
  readonly reasoning_effort_max: string | null;
  readonly price: Price | null;
  readonly source: ProviderSource | null;
  /** In the order in which they were learnt (SPEC X10). */
  readonly quirks: readonly KnownQuirk[];
}

/** All columns of a config and its provider, from `USABLE`. */
const COLUMNS = `c.id, c.name, coalesce(p.name, c.provider) as provider, c.model, c.is_default, c.enabled, c.settings,
  c.provider_id, coalesce(p.kind, c.provider) as kind, c.context_limit, c.compression_threshold, c.reasoning_effort,
  c.reasoning_effort_max, c.price, case when p.id is null then null else json_build_object('id', p.id, 'name', p.name,
  'kind', p.kind, 'base_url', p.base_url, 'api', p.api, 'api_key_sealed', p.api_key_sealed, 'key_id', p.key_id,
  'seeded', p.seeded) end as source, coalesce((select json_agg(json_build_object('quirk', q.quirk, 'base_url', q.base_url,
  'api', q.api) order by q.learnt_at, q.quirk) from model_quirks q where q.provider_id = p.id and q.model = c.model), '[]') as quirks`;
const USABLE = `from model_configs c left join model_providers p on p.id = c.provider_id
  where c.enabled and coalesce(p.enabled, true)`;

/** The wanted model if it exists and is enabled, else the default, else null (SPEC Q5). Always queries the database. */
export async function resolveModelConfig(
  db: Queryable,
  wanted: string | null,
): Promise<ModelConfigRow | null> {
  const { rows } = await db.query<ModelConfigRow>(
    prepared(
      `select ${COLUMNS} ${USABLE} and (c.id = $1 or c.is_default)
     order by (c.id = $1) desc nulls last limit 1`,
      [wanted],
    ),
  );
  return rows[0] ?? null;
}

/** All model configs that work. */
export async function readUsableModelConfigs(db: Queryable): Promise<readonly ModelConfigRow[]> {
  const { rows } = await db.query<ModelConfigRow>(
    prepared(`select ${COLUMNS} ${USABLE} order by c.created_at, c.id`, []),
  );
  return rows;
}

/** Refuses a model that a request names if it does not exist or is disabled. */
export async function requireModelConfig(db: Queryable, wanted: string | null | undefined): Promise<void> {
  if (wanted == null) return;
  const { rows } = await db.query(`select 1 ${USABLE} and c.id = $1`, [wanted]);
  if (rows.length === 0) {
    throw new Refusal("model_config_not_found", undefined, [
      { path: "model_config_id", message: "names no enabled model config" },
    ]);
  }
}
