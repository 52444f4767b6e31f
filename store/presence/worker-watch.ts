// What a worker sees of the others' locks, and when it takes one of them for dead (SPEC O10).
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Queryable } from "../database.ts";
import {
  isPresent,
  listOthers,
  markGone,
  type OtherWorker,
  tryLocks,
  unlock,
  type WorkerRow,
} from "./worker-rows.ts";

/** One cheap statement each time; the session's own loss shows, too. */
const LOOK_EVERY_MS = 200;
/** A lock must be free at two looks: a worker that has lost its session takes it again within this, as a rule. */
const LOOK_AGAIN_MS = 100;
/** When all sessions fall at once, the workers have this long to come back. */
const RETURN_MAX_MS = 10_000;
/** Before the next try where the activities of lost workers could not be handed on; twice as long after each failure. */
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 8_000;

export interface WatchInput {
  readonly worker: WorkerRow;
  /**
   * Hands on what workers that died had begun. Only one of the living does it. May throw, and is then called again. When the
   * signal is aborted, another worker may be doing it.
   */
  readonly onLost: (lost: readonly WorkerRow[], signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

export interface Sight {
  /** This session has seen the worker hold its lock. */
  readonly wasHeld: boolean;
  /** The worker took its lock from the Postgres that runs now. */
  readonly sameStart: boolean;
  /** It is the first session of this process. */
  readonly isFirst: boolean;
  readonly upMs: number;
}

/**
 * Whether a free lock means that its worker is dead. When Postgres restarts, fails over or ends all sessions for another
 * reason, all locks are free. So a session that was opened again knows nothing of workers that it has not seen since, until
 * they have had time to come back. Neither does the first session of a process, unless Postgres has run all the time.
 */
export function mayJudge({ wasHeld, sameStart, isFirst, upMs }: Sight): boolean {
  return wasHeld || upMs >= RETURN_MAX_MS || (isFirst && sameStart);
}

interface WatchedSession {
  readonly session: Queryable;
  /** It is the first session of this process. */
  readonly isFirst: boolean;
}

/** What one session sees. */
export class WorkerWatch {
  readonly #input: WatchInput;
  readonly #session: Queryable;
  readonly #isFirst: boolean;
  readonly #upSince = performance.now();
  readonly #ended = new AbortController();
  readonly #seenHeld = new Set<string>();
  /** Workers whose lock was free at the last look, and since when. */
  #suspects = new Map<string, number>();
  /** Lost workers whose work is being handed on here. */
  readonly #inHand = new Set<string>();
  /** Since the last time that it went well. */
  #failures = 0;

  constructor(input: WatchInput, { session, isFirst }: WatchedSession) {
    this.#input = input;
    this.#session = session;
    this.#isFirst = isFirst;
  }

  /** The session is gone, and with it the locks of lost workers that it held. */
  end(): void {
    this.#ended.abort(new Error("the session that held the lost workers' locks has ended"));
  }

  /** Looks once, and says when to look again. Throws what its query throws. */
  async look(): Promise<number> {
    const others = await listOthers(this.#session, this.#input.worker.id);
    const now = performance.now();
    const suspects = new Map<string, number>();
    const due: WorkerRow[] = [];
    for (const worker of others) {
      if (!worker.is_free) this.#seenHeld.add(worker.id);
      else if (this.#mayJudge(worker, now)) {
        const since = this.#suspects.get(worker.id) ?? now;
        suspects.set(worker.id, since);
        if (!this.#inHand.has(worker.id) && since <= now - LOOK_AGAIN_MS) due.push(worker);
      }
    }
    this.#suspects = suspects;
    if (due.length > 0) void this.#handOn(due);
    return suspects.size > 0 ? LOOK_AGAIN_MS : LOOK_EVERY_MS;
  }

  #mayJudge({ id, same_start }: OtherWorker, now: number): boolean {
    const wasHeld = this.#seenHeld.has(id);
    return mayJudge({ wasHeld, sameStart: same_start, isFirst: this.#isFirst, upMs: now - this.#upSince });
  }

  /** Under the lost workers' own locks: one at a time does it, and if that one dies, the locks are free for the next. */
  async #handOn(suspects: readonly WorkerRow[]): Promise<void> {
    const session = this.#session;
    for (const { id } of suspects) this.#inHand.add(id);
    let locked: readonly WorkerRow[] = [];
    try {
      locked = await tryLocks(session, suspects);
      const lost = await stillPresent(session, locked);
      if (lost.length > 0) await this.#input.onLost(lost, this.#ended.signal);
      for (const worker of lost) await markGone(session, worker);
      this.#failures = 0;
    } catch (error) {
      const worker_ids = locked.map(({ id }) => id);
      this.#input.logger.warn({ err: error, worker_ids }, "the work of lost workers was not handed on");
      await this.#pause();
    }
    // A session that has ended has freed them itself.
    for (const worker of locked) await unlock(session, worker).catch(() => undefined);
    for (const { id } of suspects) this.#inHand.delete(id);
  }

  /** It keeps the locks meanwhile, so that the others do not try what has just failed here. */
  async #pause(): Promise<void> {
    const ms = Math.min(RETRY_FIRST_MS * 2 ** this.#failures++, RETRY_MAX_MS);
    await sleep(ms, undefined, { ref: false, signal: this.#ended.signal }).catch(() => undefined);
  }
}

/** The lock says that nobody else is at it now; the row, that nobody has done it before. */
async function stillPresent(session: Queryable, workers: readonly WorkerRow[]): Promise<WorkerRow[]> {
  const present: WorkerRow[] = [];
  for (const worker of workers) if (await isPresent(session, worker)) present.push(worker);
  return present;
}
