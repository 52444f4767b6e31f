// Users: who they are, and whether they may come in.
import { v7 as uuidv7 } from "uuid";
import type { UserRole } from "../../core/access/access.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { failureCode } from "../../platform/classify-failure.ts";
import type { Queryable, Tx } from "../database.ts";
import { LOCK_KEYS } from "../presence/advisory-locks.ts";

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: UserRole;
  readonly suspended_at: string | null;
  readonly created_at: string;
}

const USER_COLUMNS = "id, name, email, role, suspended_at, created_at";

export interface NewUser {
  /** Absent: a new one. */
  readonly id?: string;
  readonly name: string;
  readonly role: UserRole;
  readonly email?: string | null;
}

/** Throws `Refusal` `email_taken`. */
export async function createUser(
  db: Queryable,
  { id = uuidv7(), name, role, email = null }: NewUser,
): Promise<UserRow> {
  const { rows } = await withFreeEmail(
    db.query<UserRow>(
      `insert into users (id, name, role, email) values ($1, $2, $3, $4) returning ${USER_COLUMNS}`,
      [id, name, role, email],
    ),
  );
  return rows[0] as UserRow;
}

/** The roles of those users who are neither suspended nor deleted, by id. */
export async function readUserRoles(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, UserRole>> {
  const { rows } = await db.query<{ readonly id: string; readonly role: UserRole }>(
    "select id, role from users where id = any($1) and suspended_at is null and deleted_at is null",
    [ids],
  );
  return new Map(rows.map(({ id, role }) => [id, role]));
}

/** A user who is not deleted. */
export async function readUser(db: Queryable, id: string): Promise<UserRow | null> {
  const { rows } = await db.query<UserRow>(
    `select ${USER_COLUMNS} from users where id = $1 and deleted_at is null`,
    [id],
  );
  return rows[0] ?? null;
}

/** A page of users who are not deleted, newest first; `next` is the last one's id, null on the last page. */
export async function listUsers(
  db: Queryable,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<{ readonly items: readonly UserRow[]; readonly next: string | null }> {
  const { rows } = await db.query<UserRow>(
    `select ${USER_COLUMNS} from users where deleted_at is null and ($2::uuid is null or id < $2)
     order by id desc limit $1`,
    [limit + 1, after ?? null],
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Absent: unchanged. */
export interface UserChange {
  readonly name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly role?: UserRole | undefined;
  readonly suspended?: boolean | undefined;
}

export interface ChangedUser {
  readonly before: UserRow;
  readonly user: UserRow;
}

/** Throws `Refusal` `user_not_found`, `last_admin`, `email_taken`. */
export async function changeUser(tx: Tx, id: string, change: UserChange): Promise<ChangedUser> {
  const old = await lockUser(tx, id);
  if (change.role === "member" || change.suspended === true) await requireOtherAdmin(tx, old);
  const { rows } = await withFreeEmail(
    tx.query<UserRow>(
      `update users set name = $2, email = $3, role = $4,
         suspended_at = case when $5 then coalesce(suspended_at, now()) end where id = $1 returning ${USER_COLUMNS}`,
      [
        id,
        change.name ?? old.name,
        change.email === undefined ? old.email : change.email,
        change.role ?? old.role,
        change.suspended ?? old.suspended_at !== null,
      ],
    ),
  );
  return { before: old, user: rows[0] as UserRow };
}

/** Locks a user who is not deleted. */
export async function lockUser(tx: Tx, id: string): Promise<UserRow> {
  await lockAdmins(tx);
  const { rows } = await tx.query<UserRow>(
    `select ${USER_COLUMNS} from users where id = $1 and deleted_at is null for no key update`,
    [id],
  );
  if (rows[0] === undefined) throw new Refusal("user_not_found");
  return rows[0];
}

/** Whether nobody could act as an admin without this user. The answer holds until the transaction ends. */
export async function isLastAdmin(tx: Tx, id: string): Promise<boolean> {
  await lockAdmins(tx);
  const { rows } = await tx.query<{ id: string }>(
    "select id from users where role = 'admin' and suspended_at is null and deleted_at is null limit 2",
  );
  return rows.length === 1 && rows[0]?.id === id;
}

/** Throws `Refusal` `last_admin` if nobody could act as an admin without this user. */
export async function requireOtherAdmin(tx: Tx, { id }: UserRow): Promise<void> {
  if (await isLastAdmin(tx, id)) throw new Refusal("last_admin", "make somebody else an admin first");
}

/** Admins change one after the other, so that the last two cannot remove each other. */
async function lockAdmins(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEYS.seedAdmin]);
}

const UNIQUE_VIOLATION = "23505";

async function withFreeEmail<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    if (failureCode(error) !== UNIQUE_VIOLATION) throw error;
    throw new Refusal("email_taken", undefined, [{ path: "email", message: "belongs to another user" }]);
  }
}
