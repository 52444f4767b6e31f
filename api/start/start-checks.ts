// What must hold before the API listens, each with one clear message. The worker uses some of it, too.

import { isOutage } from "../../platform/classify-failure.ts";
import type { Config } from "../../platform/config/config.ts";
import { anyUsableApiKey } from "../../store/access/api-keys.ts";
import { ProgramTooOld } from "../../store/access/program-age.ts";
import type { Pool } from "../../store/database.ts";
import { pendingMigrations } from "../../store/migrate.ts";

/** The process cannot start. The message says what to do; a stack trace would add nothing. */
export class StartRefusal extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StartRefusal";
  }
}

/** Checks that Postgres answers and that this version fits its schema. @throws StartRefusal */
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

/** Refuses to listen beyond loopback while there is no API key (SPEC A6). @throws StartRefusal */
export async function requireKeyBeyondLoopback(pool: Pool, host: string): Promise<void> {
  if (isLoopback(host) || (await anyUsableApiKey(pool))) return;
  throw new StartRefusal(
    `HOST is ${host}, which others can reach, and there is no API key: set EVERTURN_API_KEY, or HOST=127.0.0.1`,
  );
}

/** Whether others can reach the API: at its own address, or through a proxy on this machine. */
export function isReachable({
  host,
  trustedProxies,
  signIn,
}: Pick<Config, "host" | "trustedProxies" | "signIn">): boolean {
  return !isLoopback(host) || trustedProxies.length > 0 || signIn.publicOrigin !== null;
}

/** Whether only this machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
