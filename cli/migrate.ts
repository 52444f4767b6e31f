// The command line composes: `migrate` brings the database up to date.
import { checkPostgres } from "../dev/outside-services.ts";
import { StartError } from "../dev/start-error.ts";
import { migrate as migrateDatabase } from "../store/migrate.ts";

/** Applies what is missing to DATABASE_URL; needs no other variable, so that a one-shot container can run it. */
export async function migrate(): Promise<void> {
  const databaseUrl = process.env["DATABASE_URL"];
  if (!databaseUrl || !URL.canParse(databaseUrl))
    throw new StartError("DATABASE_URL is not set to a postgres:// URL.");
  await checkPostgres(databaseUrl);
  const { applied } = await migrateDatabase(databaseUrl);
  process.stdout.write(
    applied.length === 0 ? "The database is up to date.\n" : `Applied: ${applied.join(", ")}\n`,
  );
}
