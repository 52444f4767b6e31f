// The store is the only room with SQL. This file: which model answers a message.

import type { JsonObject } from "../core/part.ts";
import { Refusal } from "../core/refusal.ts";
import { prepared, type Queryable } from "./database.ts";

export interface ModelConfigRow {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly is_default: boolean;
  readonly enabled: boolean;
  readonly settings: JsonObject;
}

const COLUMNS = "id, name, provider, model, is_default, enabled, settings";

/** The wanted model if it is still there and enabled, else the default, else null (SPEC Q5). */
export async function resolveModelConfig(
  db: Queryable,
  wanted: string | null,
): Promise<ModelConfigRow | null> {
  const { rows } = await db.query<ModelConfigRow>(
    prepared(
      `select ${COLUMNS} from model_configs where enabled and (id = $1 or is_default)
     order by (id = $1) desc nulls last limit 1`,
      [wanted],
    ),
  );
  return rows[0] ?? null;
}

/** Refuses a model that a request names and that does not exist or is disabled. */
export async function requireModelConfig(db: Queryable, wanted: string | null | undefined): Promise<void> {
  if (wanted == null) return;
  const { rows } = await db.query("select 1 from model_configs where id = $1 and enabled", [wanted]);
  if (rows.length === 0) {
    throw new Refusal("model_config_not_found", undefined, [
      { path: "model_config_id", message: "names no enabled model config" },
    ]);
  }
}
