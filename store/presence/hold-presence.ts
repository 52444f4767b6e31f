// Shows the others that this worker lives, and notices when one of them dies (SPEC O10).
//
// Each worker holds an advisory lock in a session of its own. Postgres frees the lock when the session ends, and the kernel ends
// the session when the process dies. A worker that is frozen keeps its session: the heartbeat timeout is for those.
import type pg from "pg";
import type { Logger } from "pino";
import { findSchema, type Queryable } from "../database.ts";
import { createLastingClient } from "../lasting-client.ts";
import {
  findUnlocked,
  isPresent,
  markGone,
  markPresent,
  tryLock,
  unlock,
  type WorkerRow,
} from "./worker-rows.ts";

/** One cheap statement each time; the session's own loss shows, too. */
const LOOK_EVERY_MS = 200;
/** A lock must be free at two looks: a worker that has lost its session takes it again within this, as a rule. */
const LOOK_AGAIN_MS = 100;
/** A worker that has lost its own session gives the others time to come back: what cut it off may have cut them off, too. */
const RETURN_GRACE_MS = 3_000;
/** Before the next try where the activities of a lost worker could not be handed on. */
const RETRY_MS = 1_000;
/** Waits of a worker that stops: after it the others find its lock free, look for its work and find none. */
const LEAVE_MAX_MS = 1_000;

export interface PresenceInput {
  readonly databaseUrl: string;
  readonly worker: WorkerRow;
  /** Hands on what a worker that died had begun. Only one of the living does it. May throw, and is then called again. */
  readonly onLost: (lost: WorkerRow) => Promise<void>;
  readonly logger: Logger;
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
  const watch = new WorkerWatch(input);
  const late = setTimeout(() => held.reject(new Error("the worker's lock could not be taken")), HOLD_MAX_MS);
  const applicationName = `everturn presence ${worker.id}`;
  let wasUp = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (session: pg.Client) => {
    try {
      const nextMs = await watch.look(session);
      if (lasting.client === session) timer = setTimeout(() => void look(session), nextMs);
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
      if (wasUp) watch.giveGrace();
      wasUp = true;
      if (lasting.client !== null) void look(lasting.client);
    },
    onDown: (reason) => {
      clearTimeout(timer);
      watch.lose();
      logger.warn({ reason }, "the session that shows that this worker lives was lost, opened again");
    },
  });
  return {
    held: held.promise,
    async leave() {
      clearTimeout(timer);
      clearTimeout(late);
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

/** Takes the lock, then says so. @throws if another session has the lock: our own of before, or one that hands on our work. */
async function openSession(session: pg.Client, { worker, applicationName }: SessionInput): Promise<void> {
  const schema = await findSchema(session);
  if (schema === null) throw new Error("the database has no tables of Everturn");
  // A machine that loses power says nothing: without these the server would believe in the session for hours.
  await session.query(
    `set search_path = ${schema}; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3`,
  );
  // The server may still believe in our session of before, whose socket died without a word.
  await session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()`,
    [applicationName],
  );
  if (!(await tryLock(session, worker))) throw new Error("another session has the worker's lock");
  await markPresent(session, worker);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

/** What this worker has seen of the others. */
class WorkerWatch {
  readonly #input: PresenceInput;
  /** Workers whose lock was free at the last look, and since when. */
  #suspects = new Map<string, number>();
  /** Lost workers whose work is being handed on here, or is not to be tried again before a certain time. */
  readonly #notBefore = new Map<string, number>();
  #graceUntil = 0;

  constructor(input: PresenceInput) {
    this.#input = input;
  }

  giveGrace(): void {
    this.#graceUntil = performance.now() + RETURN_GRACE_MS;
  }

  /** The session is gone: what was seen in it says nothing about the time since. */
  lose(): void {
    this.#suspects.clear();
  }

  /** Looks once, and says when to look again. Throws what its query throws. */
  async look(session: Queryable): Promise<number> {
    const unlocked = await findUnlocked(session, this.#input.worker.id);
    const now = performance.now();
    const suspects = new Map<string, number>();
    for (const worker of now < this.#graceUntil ? [] : unlocked) {
      const since = this.#suspects.get(worker.id) ?? now;
      suspects.set(worker.id, since);
      const isDue = (this.#notBefore.get(worker.id) ?? 0) <= now;
      if (isDue && since <= now - LOOK_AGAIN_MS) void this.#handOn(session, worker);
    }
    this.#suspects = suspects;
    return suspects.size > 0 ? LOOK_AGAIN_MS : LOOK_EVERY_MS;
  }

  /** Under the lost worker's own lock: one at a time does it, and if that one dies, the lock is free for the next. */
  async #handOn(session: Queryable, lost: WorkerRow): Promise<void> {
    this.#notBefore.set(lost.id, Number.POSITIVE_INFINITY);
    try {
      if (await tryLock(session, lost)) {
        if (await isPresent(session, lost)) {
          await this.#input.onLost(lost);
          await markGone(session, lost);
        }
        await unlock(session, lost);
      }
      this.#notBefore.delete(lost.id);
    } catch (error) {
      this.#notBefore.set(lost.id, performance.now() + RETRY_MS);
      this.#input.logger.warn({ err: error, worker_id: lost.id }, "a lost worker's work was not handed on");
      await unlock(session, lost).catch(() => undefined);
    }
  }
}
