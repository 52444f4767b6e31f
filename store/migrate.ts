// Applies migrations, forward only, one at a time under an advisory lock. Each is remembered with a checksum, so that
// an edited file is noticed instead of making servers differ silently (SPEC O3).
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { failureCode } from "../platform/classify-failure.ts";
import {
  createPool,
  findSchema,
  OWN_SCHEMA,
  type Pool,
  type Queryable,
  type Tx,
  withTransaction,
} from "./database.ts";
import { assertRunsOn, type KnownMigration, neededBy, readApplied } from "./program-age.ts";

const FOLDER = fileURLToPath(new URL("./migrations/", import.meta.url));
/** Any number that no other user of the database takes: two replicas that start at once wait for each other. */
const LOCK_KEY = 7_305_110_001;
/** A migration that waits for a table blocks everyone behind it. So it gives up, lets them pass, and tries again. */
const TABLE_LOCK_MAX_MS = 3_000;
const TABLE_LOCK_PAUSE_MS = 1_000;
const TABLE_LOCK_TRIES_MAX = 30;
/** SQLSTATE of lock_timeout. */
const LOCK_NOT_AVAILABLE = "55P03";

interface Migration extends KnownMigration {
  readonly sql: string;
  readonly sha256: string;
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${FOLDER}${name}`, "utf8");
      const sha256 = createHash("sha256").update(sql).digest("hex");
      return { name, sql, sha256, needs: neededBy(sql) };
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
  await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEY]);
  await tx.query(`set local lock_timeout = ${TABLE_LOCK_MAX_MS}`);
}

/** Look again under the lock: another program may have created the tables since this connection was opened. */
async function enterSchema(tx: Tx): Promise<string | null> {
  await tx.query("set local search_path to default");
  const schema = await findSchema(tx);
  await tx.query(`set local search_path = ${schema ?? OWN_SCHEMA}`);
  return schema;
}

async function applyMissing(tx: Tx, migrations: readonly Migration[]): Promise<string[]> {
  await takeTurn(tx);
  await enterSchema(tx);
  const applied = await readApplied(tx);
  assertRunsOn(applied, migrations);
  const known = new Map(applied.map((row) => [row.name, row.sha256]));
  const done: string[] = [];
  for (const { name, sql, sha256, needs } of migrations) {
    const before = known.get(name);
    if (before !== undefined && before !== sha256) {
      throw new Error(`migration ${name} was changed after it had been applied; add a new one instead`);
    }
    if (before !== undefined) continue;
    await tx.query(sql);
    await tx.query("insert into schema_migrations (name, sha256, needs) values ($1, $2, $3)", [
      name,
      sha256,
      needs,
    ]);
    done.push(name);
  }
  return done;
}

async function migratePool(pool: Pool): Promise<string[]> {
  const migrations = await readMigrations();
  await withTransaction(pool, prepareSchema);
  return withTransaction(pool, (tx) => applyMissing(tx, migrations));
}

/**
 * Brings the database to this version's schema, in one transaction: all or nothing. Throws if an applied migration
 * differs from its file, if a newer version migrated the database and this one must not run, if tables stay locked for
 * two minutes, or if the database cannot be reached.
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
