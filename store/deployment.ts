// The store is the only room with SQL. This file: the name of this deployment, made with its database.
import type { Queryable } from "./database.ts";

/** The same for all processes of the deployment, and for no other. */
export async function readDeploymentId(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>("select id from deployment order by created_at limit 1");
  if (rows[0] === undefined) throw new Error("the database has no deployment: migrations are pending");
  return rows[0].id;
}
