// Writes recorded calls to the database in batches, apart from the turns. No turn waits for it: what it cannot take it drops
// and counts (SPEC B4).
import { setImmediate as breathe, setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import {
  debugBatchBytesMax,
  debugBatchCallsMax,
  debugQueuedBytesMax,
  debugQueuedCallsMax,
} from "../../core/chat/limits.ts";
import type { DebugCallRecord } from "../../store/debug/write-debug-calls.ts";

/** A call that may still change: it is rendered when it is written, and put again when it has changed since. */
export interface QueuedCall {
  /** Two calls of one run are never written together. */
  readonly runKey: string;
  /** About what it holds in memory. */
  readonly heldBytes: number;
  render(): DebugCallRecord;
}

export interface DebugQueueDeps {
  /** Returns the keys of runs to be tried again. */
  readonly write: (records: readonly DebugCallRecord[]) => Promise<ReadonlySet<string>>;
  /** Whether an error says that the database is away, so that the same may succeed later. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly logger: Pick<Logger, "warn">;
}

export interface DebugQueue {
  put(call: QueuedCall): void;
  /** Writes what there is, for at most 5 s; what is left is lost. */
  close(): Promise<void>;
}

/** Calls shorter than this are written once, whole, and not first as begun. */
const flushEveryMs = 500;
/** Half a minute of a chat that is always locked, or of a database that is away. */
const triesMax = 60;
/** A worker that is told to end has this long to write down what it recorded (SPEC B4). */
const closeMaxMs = 5_000;
/** Between two tries when nothing could be written. */
const drainPauseMs = 50;

export function createDebugQueue(deps: DebugQueueDeps): DebugQueue {
  return new Queue(deps);
}

class Queue implements DebugQueue {
  readonly #deps: DebugQueueDeps;
  /** With the number of tries so far, in order of arrival. */
  #waiting = new Map<QueuedCall, number>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  #dropped = 0;
  #isClosed = false;

  constructor(deps: DebugQueueDeps) {
    this.#deps = deps;
  }

  put(call: QueuedCall): void {
    if (!this.#waiting.has(call) && !this.#hasRoom(call)) {
      this.#dropped++;
      return;
    }
    if (!this.#waiting.has(call)) this.#waiting.set(call, 0);
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, closeMaxMs);
    await Promise.race([this.#drain(), timeIsUp]);
    clearTimeout(timer);
    this.#dropped += this.#waiting.size;
    this.#waiting.clear();
    this.#tellDropped();
  }

  async #drain(): Promise<void> {
    await this.#flushing;
    while (this.#waiting.size > 0) {
      const isStuck = await this.#flush();
      if (isStuck) await pause(drainPauseMs, undefined, { ref: false });
    }
  }

  #hasRoom(call: QueuedCall): boolean {
    if (this.#waiting.size >= debugQueuedCallsMax) return false;
    // Few wait unless the database is slow, so that counting them is cheap when it matters.
    let bytes = call.heldBytes;
    if (this.#waiting.size * bytes < debugQueuedBytesMax / 4) return true;
    for (const waiting of this.#waiting.keys()) bytes += waiting.heldBytes;
    return bytes <= debugQueuedBytesMax;
  }

  #wake(): void {
    if (this.#isClosed || this.#timer !== null || this.#flushing !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flushing = this.#flushWhileFull().finally(() => {
        this.#flushing = null;
        this.#tellDropped();
        if (this.#waiting.size > 0) this.#wake();
      });
    }, flushEveryMs);
    this.#timer.unref();
  }

  /** On while there are whole batches; the rest waits for company. */
  async #flushWhileFull(): Promise<void> {
    do {
      const isStuck = await this.#flush();
      if (isStuck) return;
    } while (this.#waiting.size >= debugBatchCallsMax);
  }

  /** Writes one batch. True: nothing of it could be written now. */
  async #flush(): Promise<boolean> {
    const batch = new Map<string, { call: QueuedCall; tries: number; record: DebugCallRecord }>();
    let bytes = 0;
    for (const [call, tries] of this.#waiting) {
      if (batch.size >= debugBatchCallsMax || bytes >= debugBatchBytesMax) break;
      if (batch.has(call.runKey)) continue;
      this.#waiting.delete(call);
      bytes += call.heldBytes;
      const record = this.#render(call);
      if (record !== null) batch.set(call.runKey, { call, tries, record });
      // Looking for secrets takes its time; turns go on in between.
      await breathe();
    }
    const records = [...batch.values()].map(({ record }) => record);
    const again = await this.#write(records);
    const back = new Map<QueuedCall, number>();
    for (const [key, { call, tries }] of batch) {
      if (!again.has(key)) continue;
      if (tries + 1 >= triesMax) this.#dropped++;
      else back.set(call, tries + 1);
    }
    // To the front: a run's later calls must not overtake its earlier ones.
    this.#waiting = new Map([...back, ...this.#waiting]);
    return records.length > 0 && again.size === records.length;
  }

  #render(call: QueuedCall): DebugCallRecord | null {
    try {
      return call.render();
    } catch (error) {
      this.#deps.logger.warn({ err: error }, "a model call could not be recorded");
      return null;
    }
  }

  async #write(records: readonly DebugCallRecord[]): Promise<ReadonlySet<string>> {
    if (records.length === 0) return new Set();
    try {
      return await this.#deps.write(records);
    } catch (error) {
      const keys = records.map(({ chat_id, kind, name }) => `${chat_id} ${kind} ${name}`);
      if (this.#deps.isUnavailable(error)) return new Set(keys);
      if (records.length > 1) return this.#writeSingly(records);
      this.#dropped++;
      this.#deps.logger.warn({ code: codeOf(error) }, "a recorded model call could not be written");
      return new Set();
    }
  }

  /** One of them cannot be written: it must not take the others with it. */
  async #writeSingly(records: readonly DebugCallRecord[]): Promise<ReadonlySet<string>> {
    const again = new Set<string>();
    for (const record of records) {
      for (const key of await this.#write([record])) again.add(key);
    }
    return again;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    this.#deps.logger.warn({ dropped: this.#dropped }, "model calls were not recorded");
    this.#dropped = 0;
  }
}

/** Nothing else of an error is logged: what Postgres says may quote what was to be written. */
function codeOf(error: unknown): unknown {
  return error !== null && typeof error === "object" && "code" in error ? error.code : undefined;
}
