// The store is the only room with SQL. This file: what servers have taught by refusing a request (SPEC X10), by provider,
// address, dialect and model: another of these is another server, of which nothing is known.
import { type Queryable, type Tx, withTransaction } from "../database.ts";
import type { Store } from "../store.ts";
import { lockModels } from "./elect-default.ts";

export interface QuirkPlace {
  readonly provider_id: string;
  /** Null: the service's own address. */
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
  /** The refusal that taught it. */
  readonly words: string | null;
  readonly learnt_at: string;
}

export type NewQuirk = Pick<ModelQuirk, "quirk" | "about" | "words">;

/** Keeps what was learnt, as the newest of all, since the newest wins where two contradict each other; what was learnt of the model at another address, or in another dialect, goes. True: it is new. */
export async function rememberQuirk(store: Store, place: QuirkPlace, learnt: NewQuirk): Promise<boolean> {
  const { provider_id, base_url, api, model } = place;
  const isNew = await withTransaction(store.pool, async (tx) => {
    // Before the row of the provider: whoever changes models takes the same lock first.
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

/** All of a provider's, or those of one model, or of one name. */
export async function deleteModelQuirks(
  store: Store,
  providerId: string,
  only: { readonly model?: string | undefined; readonly quirk?: string | undefined },
): Promise<void> {
  await withTransaction(store.pool, async (tx) => {
    await lockModels(tx);
    await tx.query(
      `delete from model_quirks where provider_id = $1 and ($2::text is null or model = $2)
       and ($3::text is null or quirk = $3)`,
      [providerId, only.model ?? null, only.quirk ?? null],
    );
  });
  store.modelBook?.forget();
}

/** Drops what is known of models that no config names any more. */
export async function dropUnusedQuirks(tx: Tx): Promise<void> {
  await tx.query(
    `delete from model_quirks q where not exists
       (select 1 from model_configs c where c.provider_id = q.provider_id and c.model = q.model)`,
  );
}

/** The provider has moved, or speaks another dialect. */
export async function dropQuirksOf(tx: Tx, providerId: string): Promise<void> {
  await tx.query("delete from model_quirks where provider_id = $1", [providerId]);
}
