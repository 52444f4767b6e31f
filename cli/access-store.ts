// What the commands about users and keys share: the database, whom a word names, and errors in words.
import { requireDatabase, StartRefusal } from "../api/start/start-checks.ts";
import { queuedMessagesMax } from "../core/chat/limits.ts";
import { Refusal } from "../core/chat/refusal.ts";
import { StartError } from "../dev/start-error.ts";
import { listUsers, readUser, type UserRow } from "../store/access/users.ts";
import { createPool, type Queryable } from "../store/database.ts";
import type { Store } from "../store/store.ts";

/** Pages of a list are read one after the other, so that the command needs little memory. */
const pageItems = 200;

/**
 * Runs `work` on the database of DATABASE_URL. Needs no other variable, so that it works where nothing else does. What it changes is
 * noted in the audit log as done on the command line.
 * @throws StartError for what is refused
 */
export async function withAccessStore(work: (store: Store) => Promise<void>): Promise<void> {
  const databaseUrl = process.env["DATABASE_URL"];
  if (!databaseUrl || !URL.canParse(databaseUrl))
    throw new StartError("DATABASE_URL is not set to a postgres:// URL.");
  const pool = createPool(databaseUrl, 2);
  const actor = { user_id: null, kind: "command-line", address: null, request_id: null } as const;
  try {
    await requireDatabase(pool, databaseUrl);
    // Nothing is announced: API replicas look into the database themselves. Nothing is queued or made, so no limit matters.
    await work({ pool, actor, announce: () => undefined, queuedMessagesMax, workspacesPerUserMax: 0 });
  } catch (error) {
    if (error instanceof StartRefusal) throw new StartError(error.message);
    if (error instanceof Refusal) throw new StartError(`Nothing was changed: ${error.message}.`);
    throw error;
  } finally {
    await pool.end();
  }
}

/** All users who are not deleted, oldest first. */
export async function readAllUsers(db: Queryable): Promise<readonly UserRow[]> {
  const users: UserRow[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await listUsers(db, { limit: pageItems, after });
    users.push(...items);
    if (next === null) return users.toReversed();
    after = next;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The user with this id, email address or name. @throws StartError if there is none, or a name is shared */
export async function findUser(db: Queryable, word: string | undefined): Promise<UserRow> {
  if (word === undefined) throw new StartError("Name a user: an id, an email address or a name.");
  if (UUID.test(word)) {
    const user = await readUser(db, word.toLowerCase());
    if (user === null) throw new StartError(`There is no user ${word}.`);
    return user;
  }
  const users = await readAllUsers(db);
  const named = users.filter(({ email }) => email?.toLowerCase() === word.toLowerCase());
  const found = named.length > 0 ? named : users.filter(({ name }) => name === word);
  const [first, ...others] = found;
  if (first === undefined) throw new StartError(`There is no user ${word}.`);
  if (others.length > 0) {
    throw new StartError(
      `Several users are called ${word}: say which by id (${found.map(({ id }) => id).join(", ")}).`,
    );
  }
  return first;
}

/** Prints rows as columns. Names come from others: what would steer the terminal is not printed. */
export function printTable(given: readonly (readonly string[])[]): void {
  const rows = given.map((row) => row.map((cell) => cell.replace(/\p{C}/gu, "?")));
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}
