// Encrypts stored keys with another secret key, row by row.
import { type Pool, type Queryable, withTransaction } from "../database.ts";
import { lockModels } from "./elect-default.ts";

interface SealedRow {
  readonly id: string;
  readonly api_key_sealed: string;
  readonly key_id: string | null;
}

/** All encrypted keys, to check whether they can still be opened. */
export async function listSealedKeys(db: Queryable): Promise<(SealedRow & { readonly name: string })[]> {
  const { rows } = await db.query<SealedRow & { readonly name: string }>(
    "select id, name, api_key_sealed, key_id from model_providers where api_key_sealed is not null order by name",
  );
  return rows;
}

/** Rows that a different secret key encrypted. */
export async function listStaleKeys(pool: Pool, keyId: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    `select id, name from model_providers where api_key_sealed is not null and key_id is distinct from $1 order by id`,
    [keyId],
  );
  return rows;
}

/**
 * Encrypts the key of a row again, in its own transaction. False if someone else was faster. Throws what `reseal`
 * throws.
 */
export async function resealKey(
  pool: Pool,
  { id, key_id }: { id: string; key_id: string },
  reseal: (row: SealedRow) => string,
): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    // A change of the row that has read the old text must not write it back.
    await lockModels(tx);
    const { rows } = await tx.query<SealedRow>(
      `select id, api_key_sealed, key_id from model_providers
       where id = $1 and api_key_sealed is not null and key_id is distinct from $2 for update`,
      [id, key_id],
    );
    const [row] = rows;
    if (row === undefined) return false;
    await tx.query("update model_providers set api_key_sealed = $2, key_id = $3 where id = $1", [
      id,
      reseal(row),
      key_id,
    ]);
    return true;
  });
}
