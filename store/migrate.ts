// The store is the only room with SQL. This file: forward-only migrations, one at a time under an advisory lock, each
// remembered with a checksum so that an edited file is noticed instead of silently differing between servers (SPEC O3).
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createPool, type Pool, type Tx, withTransaction } from "./database.ts";

const FOLDER = fileURLToPath(new URL("./migrations/", import.meta.url));
/** Any constant that no other user of the database takes: two replicas that start at once wait for each other. */
const LOCK_KEY = 7_305_110_001;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${FOLDER}${name}`, "utf8");
      return { name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function appliedMigrations(tx: Tx): Promise<Map<string, string>> {
  await tx.query(`create table if not exists schema_migrations (
    name text primary key, sha256 text not null, applied_at timestamptz not null default now())`);
  const { rows } = await tx.query<{ name: string; sha256: string }>(
    "select name, sha256 from schema_migrations",
  );
  return new Map(rows.map((row) => [row.name, row.sha256]));
}

async function migratePool(pool: Pool): Promise<string[]> {
  const migrations = await readMigrations();
  return withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEY]);
    const applied = await appliedMigrations(tx);
    const done: string[] = [];
    for (const migration of migrations) {
      const sha256 = applied.get(migration.name);
      if (sha256 !== undefined && sha256 !== migration.sha256) {
        throw new Error(
          `migration ${migration.name} was changed after it had been applied; add a new one instead`,
        );
      }
      if (sha256 !== undefined) continue;
      await tx.query(migration.sql);
      const row = [migration.name, migration.sha256];
      await tx.query("insert into schema_migrations (name, sha256) values ($1, $2)", row);
      done.push(migration.name);
    }
    return done;
  });
}

/**
 * Brings the database to this version's schema, in one transaction: all of it or none.
 * Throws when an applied migration differs from its file, or the database cannot be reached.
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  const pool = createPool(databaseUrl, 1);
  try {
    return { applied: await migratePool(pool) };
  } finally {
    await pool.end();
  }
}

/** Names of migrations this version has and the database lacks; empty when it is ready to serve. */
export async function pendingMigrations(pool: Pool): Promise<string[]> {
  const names = (await readMigrations()).map((migration) => migration.name);
  const exists = await pool.query("select to_regclass('schema_migrations') as found");
  if (exists.rows[0]?.found === null) return names;
  const { rows } = await pool.query<{ name: string }>("select name from schema_migrations");
  const applied = new Set(rows.map((row) => row.name));
  return names.filter((name) => !applied.has(name));
}
