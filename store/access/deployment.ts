// The id of this deployment, created together with its database.
import type { Queryable } from "../database.ts";

/** SQLSTATE of a missing table. */
const UNDEFINED_TABLE = "42P01";

/** The same for all processes of this deployment, and for no other deployment. */
export async function readDeploymentId(db: Queryable): Promise<string> {
  const found = await db
    .query<{ id: string }>("select id from deployment order by created_at limit 1")
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return null;
      throw error;
    });
  const id = found?.rows[0]?.id;
  if (id === undefined)
    throw new Error("The database is not up to date: run `npm run everturn -- migrate` first.");
  return id;
}
