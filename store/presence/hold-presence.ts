// Shows the others that this worker lives, and notices when one of them dies (SPEC O10).
//
// Each worker holds an advisory lock in a session of its own. Postgres frees the lock when the session ends, and the kernel ends
// the session when the process dies. A worker that is frozen keeps its session: the heartbeat timeout is for those.
import type pg from "pg";
import { findSchema } from "../database.ts";
import { createLastingClient } from "../lasting-client.ts";
import { awaitLock, markGone, markPresent, tryLocks, type WorkerRow } from "./worker-rows.ts";
import { type WatchInput, WorkerWatch } from "./worker-watch.ts";

/** Waits of a worker that stops: after it the others find its lock free, look for its work and find none. */
const LEAVE_MAX_MS = 1_000;

export interface PresenceInput extends WatchInput {
  readonly databaseUrl: string;
}

export interface Presence {
  /** Resolves when the lock is held for the first time. Rejects if that takes more than ten seconds. */
  readonly held: Promise<void>;
  /** Says that this worker is gone, and ends the session. */
  leave(): Promise<void>;
}

/** A worker that waits longer for its lock than this cannot reach the database, and does not begin. */
const HOLD_MAX_MS = 10_000;

export function holdPresence(input: PresenceInput): Presence {
  const { worker, logger } = input;
  const held = Promise.withResolvers<void>();
  const late = setTimeout(() => held.reject(new Error("the worker's lock could not be taken")), HOLD_MAX_MS);
  const applicationName = `everturn presence ${worker.id}`;
  /** Of the present session, else of the last one. */
  let watch: WorkerWatch | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = async (session: pg.Client, itsWatch: WorkerWatch) => {
    try {
      const nextMs = await itsWatch.look();
      if (lasting.client === session) timer = setTimeout(() => void look(session, itsWatch), nextMs);
    } catch (error) {
      if (lasting.client === session) lasting.renew(String(error));
    }
  };
  const lasting = createLastingClient({
    databaseUrl: input.databaseUrl,
    applicationName,
    prepare: (session) => openSession(session, { worker, applicationName }),
    onUp: () => {
      clearTimeout(late);
      held.resolve();
      const session = lasting.client;
      if (session === null) return;
      watch = new WorkerWatch(input, { session, isFirst: watch === undefined });
      void look(session, watch);
    },
    onDown: (reason) => {
      clearTimeout(timer);
      watch?.end();
      logger.warn({ reason }, "the session that shows that this worker lives was lost, opened again");
    },
  });
  return {
    held: held.promise,
    async leave() {
      clearTimeout(timer);
      clearTimeout(late);
      watch?.end();
      const gone = lasting.client === null ? undefined : markGone(lasting.client, worker);
      await Promise.race([gone?.catch(() => undefined), after(LEAVE_MAX_MS)]);
      await lasting.close();
    },
  };
}

interface SessionInput {
  readonly worker: WorkerRow;
  readonly applicationName: string;
}

/** Takes the lock, then says so. @throws if another session keeps the lock: one that hands on our work. */
async function openSession(session: pg.Client, { worker, applicationName }: SessionInput): Promise<void> {
  // First of all: until then the others may take this worker for dead.
  const [own] = await tryLocks(session, [worker]);
  const schema = await findSchema(session);
  if (schema === null) throw new Error("the database has no tables of Everturn");
  // A machine that loses power says nothing: without these the server would believe in the session for hours.
  await session.query(
    `set search_path = ${schema}; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3`,
  );
  if (own === undefined) {
    // The server may still believe in our session of before, whose socket died without a word.
    await session.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()`,
      [applicationName],
    );
    await awaitLock(session, worker);
  }
  await markPresent(session, worker);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
