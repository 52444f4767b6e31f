// Makes sure that exactly one model config is the default, as long as any of them works.

import type { Tx } from "../database.ts";
import { LOCK_KEYS } from "../presence/advisory-locks.ts";

export async function lockModels(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEYS.defaultModel]);
}

/** Configs that work: they and their provider are enabled. */
const USABLE_IDS = `select c.id from model_configs c left join model_providers p on p.id = c.provider_id
  where c.enabled and coalesce(p.enabled, true)`;

/** Takes the default away from a config that no longer works, and gives it to the oldest that does (SPEC B2). */
export async function electDefault(tx: Tx, passedOver: string | null = null): Promise<void> {
  await tx.query(
    `update model_configs set is_default = false, chosen = false where is_default and not id in (${USABLE_IDS})`,
  );
  await tx.query(
    `update model_configs set is_default = true where id = (
       select c.id from model_configs c where c.id in (${USABLE_IDS})
       order by (c.id = $1) nulls first, c.created_at, c.id limit 1)
     and not exists (select 1 from model_configs where is_default)`,
    [passedOver],
  );
}

/** A person's choice, which a restart respects. Elect the default afterwards, because the chosen one may not work. */
export async function makeDefault(tx: Tx, id: string, by: "person" | "environment"): Promise<void> {
  await tx.query(
    "update model_configs set is_default = false, chosen = false where is_default and id <> $1",
    [id],
  );
  await tx.query("update model_configs set is_default = true, chosen = $2 where id = $1", [
    id,
    by === "person",
  ]);
}
