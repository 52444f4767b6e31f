// The environment's key, and the admin who holds it.

import { type Pool, type Tx, withTransaction } from "../database.ts";
import { LOCK_KEYS } from "../presence/advisory-locks.ts";
import { createApiKey } from "./api-keys.ts";
import { createUser } from "./users.ts";

/** Name of the key that the environment sets. It identifies that key when its value changes: no other may have it. */
export const ENVIRONMENT_KEY_NAME = "EVERTURN_API_KEY";
const ADMIN_NAME = "admin";

/**
 * Makes sure that an admin exists and holds the environment's key. A key that the environment named before and no
 * longer names is revoked: whoever changes it wants the old one gone.
 * @param key undefined if the environment sets none; then nothing changes
 */
export async function seedAdminKey(pool: Pool, key: string | undefined): Promise<void> {
  if (key === undefined) return;
  await withTransaction(pool, async (tx) => {
    // Two replicas that start at once must not create two admins.
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEYS.seedAdmin]);
    const admin = await firstAdmin(tx);
    const id = await createApiKey(tx, { user_id: admin, name: ENVIRONMENT_KEY_NAME, key });
    // Its holder may have been suspended, deleted or made a member since: whoever sets the environment is an admin.
    await tx.query(
      `update api_keys set user_id = $2 where id = $1 and not exists (select from users where users.id = user_id
         and role = 'admin' and suspended_at is null and deleted_at is null)`,
      [id, admin],
    );
    await tx.query(
      "update api_keys set revoked_at = now() where name = $1 and id <> $2 and revoked_at is null",
      [ENVIRONMENT_KEY_NAME, id],
    );
  });
}

async function firstAdmin(tx: Tx): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from users where role = 'admin' and suspended_at is null and deleted_at is null
     order by created_at, id limit 1`,
  );
  return rows[0]?.id ?? (await createUser(tx, { name: ADMIN_NAME, role: "admin" })).id;
}
