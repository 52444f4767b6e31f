// Keys that people make for themselves and for others, list and revoke (SPEC A1).
import { randomBytes } from "node:crypto";
import type { Scope } from "../../core/access/access.ts";
import { apiKeysPerUserMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Queryable, Tx } from "../database.ts";
import { createApiKey } from "./api-keys.ts";
import { ENVIRONMENT_KEY_NAME } from "./seed-admin.ts";
import { readUser } from "./users.ts";

/** A key as lists show it: never the key itself. */
export interface ApiKeyRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  /** Its first characters, to recognise it by. */
  readonly prefix: string;
  readonly scope: Scope;
  /** Null: the command line, or the environment. */
  readonly created_by: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  /** To the minute. */
  readonly last_used_at: string | null;
}

const COLUMNS = "id, user_id, name, prefix, scope, created_by, created_at, expires_at, last_used_at";
const KEY_BYTES = 32;

export interface IssueKeyInput {
  readonly user_id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly expires_at: string | null;
  /** Null: nobody who has a user. */
  readonly created_by: string | null;
}

/** A prefix that secret scanners can look for, and 32 random bytes. */
export function newApiKey(): string {
  return `evt_${randomBytes(KEY_BYTES).toString("base64url")}`;
}

/**
 * Makes a key. It is returned here and cannot be read again.
 * Throws `Refusal` `user_not_found`, `too_many`, or `invalid_request` for the name of the environment's key.
 */
export async function issueApiKey(
  tx: Tx,
  { created_by, ...input }: IssueKeyInput,
): Promise<{ readonly key: string; readonly row: ApiKeyRow }> {
  if (input.name === ENVIRONMENT_KEY_NAME) throw reservedName();
  if ((await readUser(tx, input.user_id)) === null) throw new Refusal("user_not_found");
  const { rows: counted } = await tx.query<{ count: number }>(
    `select count(*) as count from api_keys
     where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [input.user_id],
  );
  if ((counted[0]?.count ?? 0) >= apiKeysPerUserMax) {
    throw new Refusal("too_many", `at most ${apiKeysPerUserMax} keys that work for each user`);
  }
  const key = newApiKey();
  const id = await createApiKey(tx, { ...input, key, ...(created_by !== null && { created_by }) });
  const { rows } = await tx.query<ApiKeyRow>(`select ${COLUMNS} from api_keys where id = $1`, [id]);
  return { key, row: rows[0] as ApiKeyRow };
}

function reservedName(): Refusal {
  const message = "is the name of the environment's key";
  return new Refusal("invalid_request", `name: ${message}`, [{ path: "name", message }]);
}

export interface ListKeysInput {
  /** Null: of all users. */
  readonly user_id: string | null;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** A page of keys that are not revoked, newest first; `next` is the last one's id, null on the last page. */
export async function listApiKeys(
  db: Queryable,
  { user_id, limit, after }: ListKeysInput,
): Promise<{ readonly items: readonly ApiKeyRow[]; readonly next: string | null }> {
  const { rows } = await db.query<ApiKeyRow>(
    `select ${COLUMNS} from api_keys where revoked_at is null and ($1::uuid is null or user_id = $1)
       and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [user_id, after ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/**
 * Revokes a key.
 * @param user_id its user; null for anybody's
 * Throws `Refusal` `api_key_not_found`, `of_environment`.
 */
export async function revokeIssuedKey(
  tx: Tx,
  { id, user_id }: { readonly id: string; readonly user_id: string | null },
): Promise<ApiKeyRow> {
  const { rows } = await tx.query<ApiKeyRow>(
    `update api_keys set revoked_at = now() where id = $1 and revoked_at is null
       and ($2::uuid is null or user_id = $2) returning ${COLUMNS}`,
    [id, user_id],
  );
  if (rows[0] === undefined) throw new Refusal("api_key_not_found");
  if (rows[0].name === ENVIRONMENT_KEY_NAME) {
    throw new Refusal(
      "of_environment",
      "the next start would bring it back: change EVERTURN_API_KEY instead",
    );
  }
  return rows[0];
}
