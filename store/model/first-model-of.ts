// Chooses a model to test a provider with.
import type { Queryable } from "../database.ts";

/** The model of the provider's oldest enabled config. */
export async function firstModelOf(db: Queryable, providerId: string): Promise<string | null> {
  const { rows } = await db.query<{ model: string }>(
    "select model from model_configs where provider_id = $1 and enabled order by created_at, id limit 1",
    [providerId],
  );
  return rows[0]?.model ?? null;
}
