// The store is the only room with SQL. This file: the pool, whose waits all have limits, and transactions that are tried again
// after a lost race.
import { createHash } from "node:crypto";
import pg from "pg";
import { transactionRetriesMax } from "../core/chat/limits.ts";
import { classifyFailure } from "../platform/classify-failure.ts";
import { findSchema, OWN_SCHEMA } from "./schema.ts";

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

/** Where nothing else is configured. */
const STATEMENT_MAX_DEFAULT_MS = 20_000;
/** One Postgres restart must not leave requests hanging for the TCP default of minutes. */
const CONNECT_MAX_MS = 10_000;
/** A process frozen inside a transaction would hold its chat's lock for as long as it is frozen. */
const IDLE_IN_TRANSACTION_MAX_MS = 10_000;
/** The client waits this much longer than the server may take: its word is better than none. */
const ANSWER_LATE_MAX_MS = 2_000;
const KEEP_ALIVE_FIRST_MS = 10_000;

/**
 * @param size most connections; the pool makes them when needed
 * @param statementMs longest time of a statement; waits for locks, connections and silent sockets follow from it. 0: no limit
 */
export function createPool(databaseUrl: string, size = 10, statementMs = STATEMENT_MAX_DEFAULT_MS): Pool {
  const isLimited = statementMs > 0;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    connectionTimeoutMillis: isLimited ? Math.min(CONNECT_MAX_MS, statementMs) : CONNECT_MAX_MS,
    // A socket that fell silent without closing: a firewall that forgot it, a host that lost its power.
    ...(isLimited && { query_timeout: statementMs + Math.min(statementMs, ANSWER_LATE_MAX_MS) }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_FIRST_MS,
    application_name: "everturn",
    onConnect: createConnectionSetup(statementMs),
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  // An idle client whose server went away emits on the pool; unheard, it would end the process.
  pool.on("error", () => undefined);
  return pool;
}

/**
 * What each new connection is told before its first use. By statements and not by parameters of the start-up packet, which
 * poolers of sessions refuse or forget. The pool waits for it, and gives up the connection when it fails.
 */
function createConnectionSetup(statementMs: number): (client: pg.ClientBase) => unknown {
  let schema: string | null = null;
  return async (client) => {
    // Until there are tables each connection looks again: they may be made meanwhile, here or there.
    schema ??= await findSchema(client);
    await client.query(
      `set statement_timeout = ${statementMs}; set lock_timeout = ${Math.ceil(statementMs / 2)};
       set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MAX_MS};
       set search_path = ${schema ?? OWN_SCHEMA}`,
    );
  };
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

/**
 * Runs `work` in a transaction. Throws what `work` throws, after rolling back; a deadlock or a serialisation failure is run
 * again as a whole, at most five times (SPEC S7).
 */
export async function withTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await transactOnce(pool, work);
    } catch (error) {
      if (tries > transactionRetriesMax || classifyFailure(error) !== "conflict") throw error;
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
    // After an outage the connection is given up: it may hang, or lead to a primary that has become read-only.
    if (classifyFailure(error) === "outage") broken = error as Error;
    else {
      await tx.query("rollback").catch((rollbackError: Error) => {
        broken = rollbackError;
      });
    }
    throw error;
  } finally {
    tx.off("error", onError);
    tx.release(broken);
  }
}
