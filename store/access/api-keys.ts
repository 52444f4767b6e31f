// API keys. Only the SHA-256 of a key is stored (SPEC A1).
import { v7 as uuidv7 } from "uuid";
import type { Rights, Scope, UserRole } from "../../core/access/access.ts";
import { sha256Hex } from "../../platform/secrets/crypto.ts";
import type { Queryable } from "../database.ts";

/** A key with its user, for authentication. */
export interface KeyHolder {
  readonly key_id: string;
  readonly key_name: string;
  readonly key_prefix: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly scope: Scope;
  readonly user_id: string;
  readonly user_name: string;
  readonly role: UserRole;
  /** Neither suspended nor deleted. */
  readonly user_is_active: boolean;
}

/** Enough to recognise a key in a list, far too little to guess it. */
const SHOWN_PREFIX_CHARS = 8;
/** How late `last_used_at` may be. A write per request would cost more than the request. */
const LAST_USED_STEP_S = 60;

export interface NewApiKey {
  readonly user_id: string;
  readonly name: string;
  /** The key itself. It is hashed here and never stored. */
  readonly key: string;
  /** Absent: `full`. */
  readonly scope?: Scope;
  readonly expires_at?: string | null;
  /** The user who makes it; absent: nobody who has one. */
  readonly created_by?: string;
}

/** Stores a key and returns its id. If the key exists and was revoked, it is valid again. */
export async function createApiKey(db: Queryable, key: NewApiKey): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into api_keys (id, user_id, name, prefix, sha256, expires_at, scope, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (sha256) do update set revoked_at = null returning id`,
    [
      uuidv7(),
      key.user_id,
      key.name,
      key.key.slice(0, SHOWN_PREFIX_CHARS),
      sha256Hex(key.key),
      key.expires_at ?? null,
      key.scope ?? "full",
      key.created_by ?? null,
    ],
  );
  return (rows[0] as { id: string }).id;
}

export async function revokeApiKey(db: Queryable, id: string): Promise<void> {
  await db.query("update api_keys set revoked_at = now() where id = $1 and revoked_at is null", [id]);
}

/** The holder of the key with this hash. Includes expired and revoked keys; the caller decides. */
export async function findKeyHolder(db: Queryable, sha256: string): Promise<KeyHolder | null> {
  const { rows } = await db.query<KeyHolder>(
    `select k.id as key_id, k.name as key_name, k.prefix as key_prefix, k.expires_at, k.revoked_at, k.scope,
       u.id as user_id, u.name as user_name, u.role, u.suspended_at is null and u.deleted_at is null as user_is_active
     from api_keys k join users u on u.id = k.user_id where k.sha256 = $1`,
    [sha256],
  );
  return rows[0] ?? null;
}

/** What those of the keys allow that are still valid, by id. */
export async function readKeyRights(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Rights>> {
  const { rows } = await db.query<Rights & { readonly id: string }>(
    `select k.id, u.role, k.scope from api_keys k join users u on u.id = k.user_id
     where k.id = any($1) and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
       and u.suspended_at is null and u.deleted_at is null`,
    [ids],
  );
  return new Map(rows.map(({ id, role, scope }) => [id, { role, scope }]));
}

/** Notes that a key was used, to the minute. */
export async function touchApiKey(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update api_keys set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - make_interval(secs => $2))`,
    [id, LAST_USED_STEP_S],
  );
}

/** Whether anyone can authenticate at all (SPEC A6). */
export async function anyUsableApiKey(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from api_keys k join users u on u.id = k.user_id
     where revoked_at is null and (expires_at is null or expires_at > now())
       and suspended_at is null and deleted_at is null limit 1`,
  );
  return rows.length > 0;
}
