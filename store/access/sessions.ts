// Sessions of browsers. Only the SHA-256 of a cookie's value is stored (SPEC A7). When a user is suspended or deleted, or a key is
// revoked, triggers delete their sessions.
import { v7 as uuidv7 } from "uuid";
import type { Rights, Scope, UserRole } from "../../core/access/access.ts";
import { sessionsPerUserMax } from "../../core/chat/limits.ts";
import { sha256Hex } from "../../platform/secrets/crypto.ts";
import type { Queryable, Tx } from "../database.ts";

/** How late `last_used_at` may be. A write per request would cost more than the request. */
const LAST_USED_STEP_S = 60;

export interface NewSession {
  readonly user_id: string;
  readonly scope: Scope;
  /** The key that is exchanged for it; null: the user comes from the issuer. */
  readonly key_id: string | null;
  /** The cookie's value. It is hashed here and never stored. */
  readonly token: string;
  /** At the latest. */
  readonly expires_at: Date;
  readonly address: string;
  readonly user_agent: string | null;
}

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly scope: Scope;
  readonly key_id: string | null;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly address: string | null;
  readonly user_agent: string | null;
}

/** A session with its user, for authentication. */
export interface SessionHolder {
  readonly session_id: string;
  readonly expires_at: string;
  readonly scope: Scope;
  readonly user_id: string;
  readonly user_name: string;
  readonly role: UserRole;
}

const COLUMNS =
  "s.id, s.user_id, s.scope, s.key_id, s.created_at, s.last_used_at, s.expires_at, s.address, s.user_agent";

/** SQL beside `sessions s`, with the idle time in seconds as `$2`: whether somebody may still come in with it. */
const USABLE = `s.expires_at > now() and s.last_used_at > now() - make_interval(secs => $2)
  and exists (select from users u where u.id = s.user_id and u.suspended_at is null and u.deleted_at is null)
  and (s.key_id is null or exists (select from api_keys k where k.id = s.key_id and k.user_id = s.user_id
    and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())))`;

/** Begins a session. Of a user who has too many, the oldest ends. */
export async function createSession(tx: Tx, session: NewSession): Promise<SessionRow> {
  const { user_id, scope, key_id, token, expires_at, address, user_agent } = session;
  await tx.query(
    `delete from sessions where user_id = $1 and id in
       (select id from sessions where user_id = $1 order by id desc offset $2)`,
    [user_id, sessionsPerUserMax - 1],
  );
  const { rows } = await tx.query<SessionRow>(
    `insert into sessions as s (id, sha256, user_id, scope, key_id, expires_at, address, user_agent)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
    [uuidv7(), sha256Hex(token), user_id, scope, key_id, expires_at, address, user_agent],
  );
  return rows[0] as SessionRow;
}

/** Whose session has this hash; null if it has ended in any way. */
export async function findSessionHolder(
  db: Queryable,
  sha256: string,
  idleS: number,
): Promise<SessionHolder | null> {
  const { rows } = await db.query<SessionHolder>(
    `select s.id as session_id, s.expires_at, s.scope, s.user_id, u.name as user_name, u.role
     from sessions s join users u on u.id = s.user_id where s.sha256 = $1 and ${USABLE}`,
    [sha256, idleS],
  );
  return rows[0] ?? null;
}

/** What those of the sessions allow that have not ended, by id. */
export async function readSessionRights(
  db: Queryable,
  ids: readonly string[],
  idleS: number,
): Promise<ReadonlyMap<string, Rights>> {
  const { rows } = await db.query<Rights & { readonly id: string }>(
    `select s.id, u.role, s.scope from sessions s join users u on u.id = s.user_id
     where s.id = any($1) and ${USABLE}`,
    [ids, idleS],
  );
  return new Map(rows.map(({ id, role, scope }) => [id, { role, scope }]));
}

/** Notes that sessions are used, to the minute. An open stream uses its session. */
export async function touchSessions(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(
    `update sessions set last_used_at = now()
     where id = any($1) and last_used_at < now() - make_interval(secs => $2)`,
    [ids, LAST_USED_STEP_S],
  );
}

/** The sessions of a user that have not ended, newest first. */
export async function listSessions(db: Queryable, userId: string, idleS: number): Promise<SessionRow[]> {
  const { rows } = await db.query<SessionRow>(
    `select ${COLUMNS} from sessions s where s.user_id = $1 and ${USABLE} order by s.id desc`,
    [userId, idleS],
  );
  return rows;
}

/** Returns whose session it was; null if there was none. @param userId absent: of any user */
export async function endSession(db: Queryable, id: string, userId?: string): Promise<string | null> {
  const { rows } = await db.query<{ readonly user_id: string }>(
    "delete from sessions where id = $1 and ($2::uuid is null or user_id = $2) returning user_id",
    [id, userId ?? null],
  );
  return rows[0]?.user_id ?? null;
}

/** Returns whether there was one. */
export async function endSessionByToken(db: Queryable, token: string): Promise<boolean> {
  const { rowCount } = await db.query("delete from sessions where sha256 = $1", [sha256Hex(token)]);
  return (rowCount ?? 0) > 0;
}

/** Rows of sessions that nobody can use any more. The idle time is configured, so it is not counted here. */
export async function purgeSessions(db: Queryable): Promise<number> {
  const { rowCount } = await db.query("delete from sessions where expires_at < now()");
  return rowCount ?? 0;
}
