// Applies migrations, forward only, one at a time under an advisory lock; those that build indexes on large tables outside a
// transaction. Each is remembered with a checksum, so that
// an edited file is noticed instead of making servers differ silently (SPEC O3).
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { failureCode } from "../platform/classify-failure.ts";
import { assertRunsOn, type KnownMigration, neededBy, readApplied } from "./access/program-age.ts";
import {
  createPool,
  findSchema,
  OWN_SCHEMA,
  type Pool,
  type Queryable,
  type Tx,
  withTransaction,
} from "./database.ts";
import { LOCK_KEYS } from "./presence/advisory-locks.ts";

const FOLDER = fileURLToPath(new URL("./migrations/", import.meta.url));
/** A migration that waits for a table blocks everyone behind it. So it gives up, lets them pass, and tries again. */
const TABLE_LOCK_MAX_MS = 3_000;
const TABLE_LOCK_PAUSE_MS = 1_000;
const TABLE_LOCK_TRIES_MAX = 30;
/** SQLSTATE of lock_timeout. */
const LOCK_NOT_AVAILABLE = "55P03";

interface Migration extends KnownMigration {
  readonly sql: string;
  readonly sha256: string;
  /** Whether it runs statement by statement outside a transaction, and may be repeated after it failed. */
  readonly isOutside: boolean;
}

/** A line that says so in the file. Such a file holds nothing but `create index concurrently if not exists`. */
const OUTSIDE_LINE = /^-- outside a transaction$/m;
const INDEX_NAMES = /create (?:unique )?index concurrently if not exists (\w+)/g;
/** Another replica may build the index for long. */
const OUTSIDE_POLL_MS = 250;
/** A replica that freezes between two statements loses the lock after this, and another one goes on. */
const OUTSIDE_IDLE_MS = 30_000;

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${FOLDER}${name}`, "utf8");
      const sha256 = createHash("sha256").update(sql).digest("hex");
      return { name, sql, sha256, needs: neededBy(sql), isOutside: OUTSIDE_LINE.test(sql) };
    }),
  );
}

/**
 * Creates our schema and the table that remembers migrations. It must be short, because older programs read that table
 * meanwhile.
 */
async function prepareSchema(tx: Tx): Promise<void> {
  await takeTurn(tx);
  if ((await enterSchema(tx)) === null) {
    const { rows } = await tx.query<{ there: boolean }>(
      `select to_regnamespace('${OWN_SCHEMA}') is not null as there`,
    );
    if (rows[0]?.there !== true) await tx.query(`create schema ${OWN_SCHEMA}`);
  }
  await tx.query(`create table if not exists schema_migrations (
    name text primary key, sha256 text not null, applied_at timestamptz not null default now(), needs text)`);
  const { rowCount } = await tx.query(
    "select from pg_attribute where attrelid = 'schema_migrations'::regclass and attname = 'needs'",
  );
  if (rowCount === 0) await tx.query("alter table schema_migrations add column needs text");
}

/** Another replica may migrate for long: that wait has no limit, but waits for table locks do. */
async function takeTurn(tx: Tx): Promise<void> {
  await tx.query("set local lock_timeout = 0");
  await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEYS.migrate]);
  await tx.query(`set local lock_timeout = ${TABLE_LOCK_MAX_MS}`);
}

/** Look again under the lock: another program may have created the tables since this connection was opened. */
async function enterSchema(tx: Tx): Promise<string | null> {
  await tx.query("set local search_path to default");
  const schema = await findSchema(tx);
  await tx.query(`set local search_path = ${schema ?? OWN_SCHEMA}`);
  return schema;
}

/** Applies those of `group` that are missing. `all`: what this program knows. */
async function applyMissing(
  tx: Tx,
  group: readonly Migration[],
  all: readonly Migration[],
): Promise<string[]> {
  await takeTurn(tx);
  await enterSchema(tx);
  const missing = missingOf(group, await readKnown(tx, all));
  for (const migration of missing) {
    await tx.query(migration.sql);
    await remember(tx, migration);
  }
  return missing.map(({ name }) => name);
}

/** Checksums of what is applied, by name. @throws ProgramTooOld */
async function readKnown(db: Queryable, all: readonly Migration[]): Promise<ReadonlyMap<string, string>> {
  const applied = await readApplied(db);
  assertRunsOn(applied, all);
  return new Map(applied.map((row) => [row.name, row.sha256]));
}

function missingOf(group: readonly Migration[], known: ReadonlyMap<string, string>): Migration[] {
  return group.filter(({ name, sha256 }) => {
    const before = known.get(name);
    if (before !== undefined && before !== sha256) {
      throw new Error(`migration ${name} was changed after it had been applied; add a new one instead`);
    }
    return before === undefined;
  });
}

async function remember(db: Queryable, { name, sha256, needs }: Migration): Promise<void> {
  await db.query("insert into schema_migrations (name, sha256, needs) values ($1, $2, $3)", [
    name,
    sha256,
    needs,
  ]);
}

/**
 * Builds the indexes of one migration while others read and write. The build waits for every transaction of the database, so
 * replicas wait for each other without one: by asking again and again.
 */
async function applyOutside(pool: Pool, migration: Migration, all: readonly Migration[]): Promise<string[]> {
  const client = await pool.connect();
  // A connection that ends between two statements emits here; without a listener that would end the process. The next
  // statement fails.
  client.on("error", () => undefined);
  try {
    const schema = await findSchema(client);
    await client.query(`set search_path = ${schema ?? OWN_SCHEMA}`);
    // A build that waits blocks nobody; a limit would only leave half an index behind.
    await client.query("set lock_timeout = 0");
    await client.query(`set idle_session_timeout = ${OUTSIDE_IDLE_MS}`);
    // Waits while another replica builds, which has no limit either. Its lock goes with its connection.
    while (!(await tryLock(client))) await sleep(OUTSIDE_POLL_MS);
    if (missingOf([migration], await readKnown(client, all)).length === 0) return [];
    for (const [, index = ""] of migration.sql.matchAll(INDEX_NAMES)) await dropHalfBuilt(client, index);
    for (const statement of statementsOf(migration.sql)) await client.query(statement);
    await remember(client, migration);
    return [migration.name];
  } finally {
    // The lock goes with the connection, however this ended.
    client.release(true);
  }
}

async function tryLock(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [
    LOCK_KEYS.migrateOutside,
  ]);
  return rows[0]?.got === true;
}

/** A build that was cut off leaves an index that is kept up to date and never used. */
async function dropHalfBuilt(db: Queryable, index: string): Promise<void> {
  const { rowCount } = await db.query(
    "select from pg_index where indexrelid = to_regclass($1) and not indisvalid",
    [index],
  );
  if (rowCount === 1) await db.query(`drop index concurrently ${index}`);
}

function statementsOf(sql: string): string[] {
  return sql
    .split(/;\s*$/m)
    .map((statement) => statement.replaceAll(/^--.*$/gm, "").trim())
    .filter((statement) => statement !== "");
}

/** Runs of migrations that share a transaction; one that runs outside is alone. */
function groupsOf(migrations: readonly Migration[]): Migration[][] {
  const groups: Migration[][] = [];
  for (const migration of migrations) {
    const last = groups.at(-1);
    if (last === undefined || migration.isOutside || last[0]?.isOutside === true) groups.push([migration]);
    else last.push(migration);
  }
  return groups;
}

async function migratePool(pool: Pool): Promise<string[]> {
  const all = await readMigrations();
  await withTransaction(pool, prepareSchema);
  // An ordinary start finds nothing to do, and pays for this one look alone.
  const missing = await withTransaction(pool, async (tx) => {
    await enterSchema(tx);
    return missingOf(all, await readKnown(tx, all));
  });
  const done: string[] = [];
  for (const group of groupsOf(missing)) {
    const [first] = group;
    const names =
      first?.isOutside === true
        ? await applyOutside(pool, first, all)
        : await withTransaction(pool, (tx) => applyMissing(tx, group, all));
    done.push(...names);
  }
  return done;
}

/**
 * Brings the database to this version's schema. Migrations between two index builds share a transaction: all or nothing.
 * What failed is taken up by the next call. Throws if an applied migration differs from its file, if a newer version
 * migrated the database and this one must not run, if tables stay locked for two minutes, or if the database cannot be
 * reached.
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  // A migration may take long.
  const pool = createPool(databaseUrl, 1, 0);
  try {
    for (let tries = 1; ; tries++) {
      try {
        return { applied: await migratePool(pool) };
      } catch (error) {
        if (failureCode(error) !== LOCK_NOT_AVAILABLE || tries >= TABLE_LOCK_TRIES_MAX) throw error;
      }
      await sleep(TABLE_LOCK_PAUSE_MS);
    }
  } finally {
    await pool.end();
  }
}

/**
 * Names of migrations that the database lacks; empty if it is ready.
 * @throws ProgramTooOld a newer version migrated the database, and this one must not run
 */
export async function pendingMigrations(db: Queryable): Promise<string[]> {
  const migrations = await readMigrations();
  const applied = await readApplied(db);
  assertRunsOn(applied, migrations);
  const done = new Set(applied.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !done.has(name));
}
