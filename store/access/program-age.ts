// Decides whether a program may run on a database that a newer one has migrated. Most migrations only add, and the
// previous version keeps working (SPEC O3). A migration that removes something names the migration that a program must
// know: docs/decisions/2026-11-28-older-programs-on-newer-data.md
import type { Queryable } from "../database.ts";

export interface KnownMigration {
  readonly name: string;
  /**
   * The migration that a program must know to run beside this one: an old one if this one only adds, its own name if
   * all older programs must stop. Null if the file does not say, which means its own name.
   */
  readonly needs: string | null;
}

export interface AppliedMigration extends KnownMigration {
  readonly sha256: string;
}

/** The database has migrations beside which this program must not run. */
export class ProgramTooOld extends Error {
  constructor(names: readonly string[]) {
    super(
      `the database was brought up to date by a newer version of Everturn (${names.join(", ")}), and this version cannot work with it: run the newer version, or restore a backup from before`,
    );
    this.name = "ProgramTooOld";
  }
}

const NEEDS_LINE = /^-- needs (\d{4}-[\w-]+\.sql)$/m;

/** The line `-- needs 0016-name.sql` of a migration. */
export function neededBy(sql: string): string | null {
  return NEEDS_LINE.exec(sql)?.[1] ?? null;
}

/** Also works if the database has no such column yet, or was migrated by versions that did not fill it. */
export async function readApplied(db: Queryable): Promise<AppliedMigration[]> {
  const { rows: columns } = await db.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = to_regclass('schema_migrations') and attnum > 0",
  );
  if (columns.length === 0) return [];
  const needs = columns.some(({ name }) => name === "needs") ? "needs" : "null as needs";
  const { rows } = await db.query<AppliedMigration>(
    `select name, sha256, ${needs} from schema_migrations order by name`,
  );
  return rows;
}

/** @throws ProgramTooOld names the migrations that this program would have to know */
export function assertRunsOn(applied: readonly AppliedMigration[], known: readonly KnownMigration[]): void {
  const names = new Set(known.map(({ name }) => name));
  const barred = applied.filter(({ name, needs }) => !names.has(name) && !names.has(needs ?? name));
  if (barred.length > 0) throw new ProgramTooOld(barred.map(({ name }) => name));
}
