// Users: who they are, and whether they may come in.
import { v7 as uuidv7 } from "uuid";
import type { UserRole } from "../../core/access/access.ts";
import type { Queryable } from "../database.ts";

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
  readonly name: string;
  readonly role: UserRole;
  readonly email?: string | null;
}

export async function createUser(db: Queryable, { name, role, email = null }: NewUser): Promise<UserRow> {
  const { rows } = await db.query<UserRow>(
    `insert into users (id, name, role, email) values ($1, $2, $3, $4) returning ${USER_COLUMNS}`,
    [uuidv7(), name, role, email],
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
