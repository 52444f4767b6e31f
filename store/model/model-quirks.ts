// Stores the quirks learnt from refusals (SPEC X10), by provider, address, dialect and model. If one of these differs,
// it is another server, about which nothing is known.

import { audited } from "../access/audited.ts";
import { type Queryable, type Tx, withTransaction } from "../database.ts";
import type { Store } from "../store.ts";
import { lockModels } from "./elect-default.ts";

export interface QuirkPlace {
  readonly provider_id: string;
  /** Null means the service's own address. */
  readonly base_url: string | null;
  readonly api: string;
  readonly model: string;
}

export interface ModelQuirk {
  readonly base_url: string | null;
  readonly api: string;
  readonly model: string;
  readonly quirk: string;
  readonly about: string;
  /** The refusal that taught the quirk. */
  readonly words: string | null;
  readonly learnt_at: string;
}

export type NewQuirk = Pick<ModelQuirk, "quirk" | "about" | "words">;

/**
 * Stores a quirk as the newest, because the newest wins if two contradict each other. Deletes what was learnt of the
 * model at another address or in another dialect. True if it is new.
 */
export async function rememberQuirk(store: Store, place: QuirkPlace, learnt: NewQuirk): Promise<boolean> {
  const { provider_id, base_url, api, model } = place;
  const isNew = await withTransaction(store.pool, async (tx) => {
    // Before the provider's row: whoever changes models takes the same lock first.
    await lockModels(tx);
    await tx.query(
      "delete from model_quirks where provider_id = $1 and model = $2 and (base_url, api) <> ($3, $4)",
      [provider_id, model, base_url ?? "", api],
    );
    const { rows } = await tx.query<{ is_new: boolean }>(
      `insert into model_quirks as q (provider_id, base_url, api, model, quirk, about, words, learnt_at)
       select id, $2, $3, $4, $5, $6, $7, clock_timestamp() from model_providers where id = $1
       on conflict (provider_id, base_url, api, model, quirk) do update
       set about = excluded.about, words = excluded.words, learnt_at = excluded.learnt_at
       returning xmax = 0 as is_new`,
      [provider_id, base_url ?? "", api, model, learnt.quirk, learnt.about, learnt.words],
    );
    return rows[0]?.is_new === true;
  });
  store.modelBook?.forget();
  return isNew;
}

/** By model, in the order in which they were learnt. */
export async function listModelQuirks(db: Queryable, providerId: string): Promise<ModelQuirk[]> {
  const { rows } = await db.query<ModelQuirk>(
    `select nullif(base_url, '') as base_url, api, model, quirk, about, words, learnt_at
     from model_quirks where provider_id = $1 order by model, learnt_at, quirk`,
    [providerId],
  );
  return rows;
}

/** All quirks of a provider, or those of one model, or one by name. */
export async function deleteModelQuirks(
  store: Store,
  providerId: string,
  only: { readonly model?: string | undefined; readonly quirk?: string | undefined },
): Promise<void> {
  const detail = { model: only.model ?? null, quirk: only.quirk ?? null };
  const about = { target_type: "model_provider", target_id: providerId, detail };
  await audited(store, { action: "model_quirks.delete", ...about }, async (tx) => {
    await lockModels(tx);
    await tx.query(
      `delete from model_quirks where provider_id = $1 and ($2::text is null or model = $2)
       and ($3::text is null or quirk = $3)`,
      [providerId, only.model ?? null, only.quirk ?? null],
    );
  });
  store.modelBook?.forget();
}

/** Deletes what is known of models that no config names any more. */
export async function dropUnusedQuirks(tx: Tx): Promise<void> {
  await tx.query(
    `delete from model_quirks q where not exists
       (select 1 from model_configs c where c.provider_id = q.provider_id and c.model = q.model)`,
  );
}

/** The provider moved, or speaks another dialect. */
export async function dropQuirksOf(tx: Tx, providerId: string): Promise<void> {
  await tx.query("delete from model_quirks where provider_id = $1", [providerId]);
}
