// Stores answers under a caller's Idempotency-Key (SPEC Q10), in the transaction of the change: there is never one
// without the other.
import { idempotencyKeepMs } from "../../core/chat/limits.ts";
import type { JsonValue } from "../../core/part/part.ts";
import type { Queryable, Tx } from "../database.ts";

export interface KeyedRequest {
  readonly user_id: string;
  readonly key: string;
  /** Hash of method, path and body: the same key with another request is refused. */
  readonly request_sha256: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: JsonValue | null;
}

export type KeyClaim =
  | { readonly type: "claimed" }
  | { readonly type: "answered"; readonly answer: StoredAnswer }
  | { readonly type: "reused" };

interface KeyRow {
  readonly request_sha256: string;
  readonly status: number;
  readonly body: JsonValue | null;
}

/**
 * Claims a key for this transaction. If the same request is running elsewhere, the insert waits for it: if that one
 * commits, its answer is returned; if it rolls back, the claim is ours. A key older than 24 hours counts as new.
 */
export async function claimIdempotencyKey(tx: Tx, request: KeyedRequest): Promise<KeyClaim> {
  const { user_id, key, request_sha256 } = request;
  const claimed = await tx.query(
    `insert into idempotency_keys as kept (user_id, key, request_sha256) values ($1, $2, $3)
     on conflict (user_id, key) do update
       set request_sha256 = excluded.request_sha256, status = null, body = null, created_at = now()
       where kept.created_at < now() - make_interval(secs => $4)
     returning key`,
    [user_id, key, request_sha256, idempotencyKeepMs / 1000],
  );
  if (claimed.rows.length > 0) return { type: "claimed" };
  const { rows } = await tx.query<KeyRow>(
    "select request_sha256, status, body from idempotency_keys where user_id = $1 and key = $2",
    [user_id, key],
  );
  const row = rows[0] as KeyRow;
  if (row.request_sha256 !== request_sha256) return { type: "reused" };
  return { type: "answered", answer: { status: row.status, body: row.body } };
}

/** Stores the answer under the key that this transaction claimed. */
export async function storeAnswer(tx: Tx, request: KeyedRequest, answer: StoredAnswer): Promise<void> {
  await tx.query("update idempotency_keys set status = $3, body = $4 where user_id = $1 and key = $2", [
    request.user_id,
    request.key,
    answer.status,
    JSON.stringify(answer.body),
  ]);
}

/** Deletes answers older than 24 hours. Returns how many. */
export async function purgeIdempotencyKeys(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    "delete from idempotency_keys where created_at < now() - make_interval(secs => $1)",
    [idempotencyKeepMs / 1000],
  );
  return rowCount ?? 0;
}
