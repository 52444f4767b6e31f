// The store is the only room with SQL. This file: the pool, and transactions that are tried again after a lost race.
import { createHash } from "node:crypto";
import pg from "pg";
import { transactionRetriesMax } from "../core/limits.ts";

export type Pool = pg.Pool;
/** A client inside a transaction. */
export type Tx = pg.PoolClient;
/** Anything that runs one statement. */
export type Queryable = Pick<pg.Pool, "query">;

const INT8 = 20;
const TIMESTAMPTZ = 1184;

function typeParser(oid: number): (text: string) => unknown {
  // Ids and versions stay far below 2^53; times are ISO 8601 UTC everywhere above the store.
  if (oid === INT8) return Number;
  if (oid === TIMESTAMPTZ) return (text) => new Date(text).toISOString();
  return pg.types.getTypeParser(oid, "text");
}

/** @param size most connections; the pool makes them when needed */
export function createPool(databaseUrl: string, size = 10): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    // One Postgres restart must not leave requests hanging for the TCP default of minutes.
    connectionTimeoutMillis: 10_000,
    application_name: "everturn",
    // A process frozen inside a transaction would hold its chat's lock for as long as it is frozen.
    idle_in_transaction_session_timeout: 10_000,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  // An idle client whose server went away emits on the pool; unheard, it would end the process.
  pool.on("error", () => undefined);
  return pool;
}

const statementNames = new Map<string, string>();

/**
 * A statement that each connection parses and plans once: worth its name for what every turn asks. Its columns must be
 * listed, for a statement prepared as `select *` breaks when a migration adds one. The text must be one of few.
 */
export function prepared(text: string, values: unknown[]): { name: string; text: string; values: unknown[] } {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `s${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
    statementNames.set(text, name);
  }
  return { name, text, values };
}

/** Deadlock and serialisation failures: the whole transaction is simply run again (SPEC S7). */
const LOST_RACE = new Set(["40P01", "40001"]);

export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Runs `work` in a transaction. Throws what `work` throws, after rolling back; races lost to another transaction are
 * run again, at most five times.
 */
export async function withTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await transactOnce(pool, work);
    } catch (error) {
      if (tries > transactionRetriesMax || !LOST_RACE.has(sqlState(error) ?? "")) throw error;
    }
  }
}

async function transactOnce<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies inside a transaction emits here; the query in flight rejects with the same cause.
  const onError = (error: Error) => {
    broken = error;
  };
  tx.on("error", onError);
  try {
    await tx.query("begin");
    const result = await work(tx);
    await tx.query("commit");
    return result;
  } catch (error) {
    await tx.query("rollback").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    tx.off("error", onError);
    tx.release(broken);
  }
}

/** Classes of SQLSTATE that a restart or failover causes: connection, resources, operator intervention, system. */
const UNAVAILABLE_CLASSES = ["08", "53", "57", "58"];
const UNAVAILABLE_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
]);
/** What the driver says without a code when the server goes away under it. */
const UNAVAILABLE_WORDS =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|connection ended|starting up|shutting down/i;

/** Whether an error says that the database is away, and not that the statement is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = sqlState(error);
  if (code !== undefined) {
    return (
      UNAVAILABLE_CODES.has(code) || LOST_RACE.has(code) || UNAVAILABLE_CLASSES.includes(code.slice(0, 2))
    );
  }
  return error instanceof Error && UNAVAILABLE_WORDS.test(error.message);
}
