// The API speaks HTTP and the store; this file: what must hold before it listens, each with one clear message. The worker asks
// some of it too.
import { isOutage } from "../../platform/classify-failure.ts";
import { anyUsableApiKey } from "../../store/access/api-keys.ts";
import type { Pool } from "../../store/database.ts";
import { pendingMigrations } from "../../store/migrate.ts";
import { ProgramTooOld } from "../../store/program-age.ts";

/** The process cannot start; the message says what to do, and there is no more to know from a stack. */
export class StartRefusal extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StartRefusal";
  }
}

/** Postgres answers, has what this version needs, and nothing that bars it. @throws StartRefusal */
export async function requireDatabase(pool: Pool, databaseUrl: string): Promise<void> {
  const pending = await pendingMigrations(pool).catch((error: unknown) => {
    const words = error instanceof ProgramTooOld ? error.message : databaseProblem(databaseUrl, error);
    throw new StartRefusal(words, error);
  });
  if (pending.length > 0) {
    throw new StartRefusal(
      `the database lacks migrations (${pending.join(", ")}): run \`npm run everturn -- migrate\` first`,
    );
  }
}

function databaseProblem(databaseUrl: string, error: unknown): string {
  const { host, pathname } = new URL(databaseUrl);
  const where = `${host}${pathname}`;
  const reason = error instanceof AggregateError ? error.errors.map(String).join("; ") : String(error);
  return isOutage(error)
    ? `Postgres cannot be reached at ${where} (DATABASE_URL): ${reason}`
    : `Postgres at ${where} (DATABASE_URL) refuses us: ${reason}`;
}

/** Beyond loopback nobody may listen without a key that callers can be asked for (SPEC A6). @throws StartRefusal */
export async function requireKeyBeyondLoopback(pool: Pool, host: string): Promise<void> {
  if (isLoopback(host) || (await anyUsableApiKey(pool))) return;
  throw new StartRefusal(
    `HOST is ${host}, which others can reach, and there is no API key: set EVERTURN_API_KEY, or HOST=127.0.0.1`,
  );
}

/** Whether an address to listen on can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
