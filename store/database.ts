// The connection pool, whose waits all have limits, and transactions that are tried again after a lost race.
import { createHash } from "node:crypto";
import pg from "pg";
import { transactionRetriesMax } from "../core/chat/limits.ts";
import { classifyFailure } from "../platform/classify-failure.ts";

export type Pool = pg.Pool;
/** A client inside a transaction. */
export type Tx = pg.PoolClient;
/** Anything that runs one statement. */
export type Queryable = Pick<pg.Pool, "query">;

const INT8 = 20;
const TIMESTAMPTZ = 1184;

function typeParser(oid: number): (text: string) => unknown {
  // Ids and versions stay far below 2^53. Above the store all times are ISO 8601 in UTC.
  if (oid === INT8) return Number;
  if (oid === TIMESTAMPTZ) return (text) => new Date(text).toISOString();
  return pg.types.getTypeParser(oid, "text");
}

/** Used if nothing else is configured. */
const STATEMENT_MAX_DEFAULT_MS = 20_000;
/** If Postgres restarts, requests must not hang for the minutes of the TCP default. */
const CONNECT_MAX_MS = 10_000;
/** A process that freezes inside a transaction would hold its chat's lock for as long as it is frozen. */
const IDLE_IN_TRANSACTION_MAX_MS = 10_000;
/** The client waits this much longer than the server, because the server's error says more. */
const ANSWER_LATE_MAX_MS = 2_000;
const KEEP_ALIVE_FIRST_MS = 10_000;

/**
 * @param size most connections; the pool creates them when needed
 * @param statementMs longest time of a statement; the limits for locks, connections and silent sockets follow from it.
 * 0 means no limit
 */
export function createPool(databaseUrl: string, size = 10, statementMs = STATEMENT_MAX_DEFAULT_MS): Pool {
  const isLimited = statementMs > 0;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    connectionTimeoutMillis: isLimited ? Math.min(CONNECT_MAX_MS, statementMs) : CONNECT_MAX_MS,
    // A socket may fall silent without closing: a firewall forgot it, or a host lost power.
    ...(isLimited && { query_timeout: statementMs + Math.min(statementMs, ANSWER_LATE_MAX_MS) }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_FIRST_MS,
    application_name: "everturn",
    onConnect: createConnectionSetup(statementMs),
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  // If the server of an idle client goes away, the pool emits an error. Without a listener it would end the process.
  pool.on("error", () => undefined);
  return pool;
}

/**
 * Sets up each new connection before its first use. Uses statements rather than parameters of the start-up packet,
 * which session poolers refuse or forget. The pool waits for it, and drops the connection if it fails.
 */
function createConnectionSetup(statementMs: number): (client: pg.ClientBase) => unknown {
  let schema: string | null = null;
  return async (client) => {
    // Until there are tables, each connection looks again: someone may create them in either schema.
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
 * A statement that each connection parses and plans only once; worth it for statements of every turn. List its columns,
 * because a prepared `select *` breaks when a migration adds one. Use only a few different texts.
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
 * Runs `work` in a transaction. If `work` throws, rolls back and throws the same. After a deadlock or a serialisation
 * failure it runs everything again, at most five times (SPEC S7).
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
  // A connection that dies inside a transaction emits here. The running query rejects with the same cause.
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
    // After an outage the connection is dropped: it may hang, or lead to a primary that is now read-only.
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

/**
 * The schema of the tables in a new database. No statement names it: each connection gets exactly this schema as its
 * search_path, so that nobody takes another program's `users` for ours.
 */
export const OWN_SCHEMA = "everturn";
/** The first migration. Its name in `schema_migrations` tells our tables from those of others. */
const FIRST_MIGRATION = "0001-chats.sql";

/** Where a connection would find a table of migrations with our columns: in our schema, or where it looks by default. */
const CANDIDATES = `
  select quote_ident(n.nspname) as schema
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid in (to_regclass('${OWN_SCHEMA}.schema_migrations'), to_regclass('schema_migrations'),
      to_regclass('public.schema_migrations'))
    and has_table_privilege(c.oid, 'select')
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'name' and not a.attisdropped)
  order by n.nspname = '${OWN_SCHEMA}' desc, c.oid = to_regclass('schema_migrations') desc`;

/**
 * The schema that holds our tables, quoted; null if there are none yet. Databases from before we had our own schema
 * keep their tables where they are, in `public` or where their user's search_path leads, so that the previous version
 * finds them, too. Call it on a connection that still has its user's search_path.
 */
export async function findSchema(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ schema: string }>(CANDIDATES);
  for (const { schema } of rows) {
    const ours = await db.query(`select from ${schema}.schema_migrations where name = $1`, [FIRST_MIGRATION]);
    if (ours.rowCount === 1) return schema;
  }
  return null;
}

/**
 * SQL for `column` where `->` and the `json_…` functions look into it. Texts may hold U+0000 and halves of characters, written as
 * escapes, and Postgres refuses to read a document that has one anywhere: one such argument would fail the whole query. The
 * escapes are left out. Ids, names and types never hold any.
 */
export function readableJson(column: string): string {
  return String.raw`(case when ${column}::text !~ '\\u(0000|d[89a-f])' then ${column}
    else regexp_replace(${column}::text, '(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})', '\1', 'g')::json end)`;
}
