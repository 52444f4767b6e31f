// `migrate`: brings the database up to date.
import { checkPostgres } from "../../dev/part/outside-services.ts";
import { StartError } from "../../dev/start-error.ts";
import { failureCode } from "../../platform/classify-failure.ts";
import { ProgramTooOld } from "../../store/access/program-age.ts";
import { migrate as migrateDatabase } from "../../store/migrate.ts";

/** Applies missing migrations to DATABASE_URL. Needs no other variable, so that a one-shot container can run it. */
export async function migrate(): Promise<void> {
  const databaseUrl = process.env["DATABASE_URL"];
  if (!databaseUrl || !URL.canParse(databaseUrl))
    throw new StartError("DATABASE_URL is not set to a postgres:// URL.");
  await checkPostgres(databaseUrl);
  const { applied } = await migrateDatabase(databaseUrl).catch(inWords);
  process.stdout.write(
    applied.length === 0 ? "The database is up to date.\n" : `Applied: ${applied.join(", ")}\n`,
  );
}

/** SQLSTATE of a missing privilege. */
const INSUFFICIENT_PRIVILEGE = "42501";

function inWords(error: unknown): never {
  if (error instanceof ProgramTooOld) throw new StartError(`Nothing was changed: ${error.message}.`);
  if (failureCode(error) !== INSUFFICIENT_PRIVILEGE) throw error;
  throw new StartError(
    `The database user of DATABASE_URL may not do what a migration needs: ${(error as Error).message}. Grant it \`create\` on the database, or make a schema \`everturn\` that it owns.`,
  );
}
