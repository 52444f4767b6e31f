// Decides when the part stream heartbeats and what the heartbeat holds. A tail that is too large for the heartbeat is written
// to the database (spilled) first. Until that is committed, the previous heartbeat is repeated, since it is still true.
import {
  type Checkpoint,
  checkpointBytes,
  encodeCheckpoint,
  type Sealing,
  type SpillRow,
} from "../../core/part/checkpoint.ts";
import type { PartLog } from "../../core/part/part-log.ts";

/** Without a live bus readers see checkpoints only: never rarer than this. */
const checkpointWithoutBusMs = 200;
/** Hubs ask as they join; all of them together get one checkpoint per this time. */
const checkpointGapMinMs = 50;
/**
 * The first part's, with a live bus: a short answer is committed before, and each heartbeat is a write of Temporal's. Until
 * then a retry has nothing to go on from, so it may not wait for the pace.
 */
const firstCheckpointMs = 250;
/** A spill that failed is tried again after this; the database is away, and the tail waits in memory. */
const spillRetryMs = 500;

export interface PartStreamClock {
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface CheckpointerInput {
  readonly episode: string;
  readonly bus: { readonly up: boolean };
  /** Records heartbeat details; returns at once. */
  readonly heartbeat: (details: unknown) => void;
  /** Commits a row of older parts. */
  readonly spill: (row: SpillRow) => Promise<void>;
  readonly onSpillFailed?: (error: unknown) => void;
  readonly failpoint: (name: string) => void;
  /** Null: text is readable in Temporal's Web UI. */
  readonly sealing: Sealing | null;
  readonly checkpointMs: number;
  /** The same while nobody watches: a checkpoint is then for a dead worker's successor alone. */
  readonly unwatchedCheckpointMs: number;
  readonly heartbeatTimeoutMs: number;
  /** Most bytes of heartbeat details. */
  readonly bytesMax: number;
  readonly clock: PartStreamClock;
  /**
   * What the attempt before left in the heartbeat. Kept alive until this attempt has something of its own: replaced
   * sooner, the old text would be lost with this worker.
   */
  readonly heldDetails?: unknown;
}

export class Checkpointer {
  readonly #input: CheckpointerInput;
  readonly #log: PartLog;
  readonly #watched: () => boolean;
  readonly #keepAliveMs: number;
  /** The details that are true until others are: what every heartbeat holds. */
  #details: unknown;
  #detailsSeq = 0;
  #spilledSeq = 0;
  #spilling: Promise<void> | null = null;
  #lastBeatAt: number;
  #begun = false;
  #timer: unknown;
  #dueAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** Beats from now on until closed. */
  constructor(input: CheckpointerInput, log: PartLog, watched: () => boolean) {
    this.#input = input;
    this.#log = log;
    this.#watched = watched;
    this.#keepAliveMs = input.heartbeatTimeoutMs / 2;
    const nothing = { episode: input.episode, seq: 0, spilled_seq: 0, parts: [] };
    this.#details = input.heldDetails ?? encodeCheckpoint(nothing, input.sealing);
    this.#lastBeatAt = input.clock.now();
    this.schedule();
  }

  /** Parts up to this one are in spill rows. */
  get spilledSeq(): number {
    return this.#spilledSeq;
  }

  /** Something new is in the log. */
  dirty(): void {
    this.#wakeAt(this.#begun ? this.#lastBeatAt + this.#paceMs() : this.#input.clock.now() + this.#firstMs());
    this.#begun = true;
  }

  /** A replica lacks parts: beat soon if there is anything new. */
  wanted(): void {
    if (this.#log.lastSeq > this.#detailsSeq) this.#wakeAt(this.#lastBeatAt + checkpointGapMinMs);
  }

  /** Puts the next beat where it belongs by now. */
  schedule(): void {
    const idle = this.#log.lastSeq === this.#detailsSeq || this.#spilling !== null;
    this.#wakeAt(this.#lastBeatAt + (idle ? this.#keepAliveMs : this.#paceMs()));
  }

  /** Beats until the heartbeat holds all that is in the log now. Rejects when the tail cannot be spilled. */
  async now(): Promise<void> {
    const seq = this.#log.lastSeq;
    await this.#checkpoint();
    while (this.#detailsSeq < seq && !this.#closed) await this.#checkpoint();
    this.schedule();
  }

  close(): void {
    this.#closed = true;
    this.#input.clock.clearTimeout(this.#timer);
  }

  #wakeAt(at: number): void {
    if (this.#closed || at >= this.#dueAt) return;
    const { clock } = this.#input;
    clock.clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = clock.setTimeout(() => this.#onTimer(), Math.max(0, at - clock.now()));
  }

  #onTimer(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    if (this.#closed) return;
    // A tail that cannot be spilled now stays in memory, and the next turn tries again.
    this.#checkpoint().catch(() => this.#wakeAt(this.#input.clock.now() + spillRetryMs));
    this.schedule();
  }

  /** Without a bus at once, but by a timer: what a retry pushes in one go is checkpointed as one. */
  #firstMs(): number {
    return this.#input.bus.up ? Math.min(firstCheckpointMs, this.#paceMs()) : 0;
  }

  #paceMs(): number {
    const { bus, checkpointMs, unwatchedCheckpointMs } = this.#input;
    if (!bus.up) return Math.min(checkpointMs, checkpointWithoutBusMs, this.#keepAliveMs);
    const pace = this.#watched() ? checkpointMs : Math.max(checkpointMs, unwatchedCheckpointMs);
    return Math.min(pace, this.#keepAliveMs);
  }

  #beat(): void {
    this.#lastBeatAt = this.#input.clock.now();
    try {
      this.#input.heartbeat(this.#details);
    } catch {
      // The activity is ending, or its worker is: a timer may not bring the process down for it.
    }
  }

  async #checkpoint(): Promise<void> {
    const { episode, sealing, bytesMax } = this.#input;
    const seq = this.#log.lastSeq;
    if (seq === this.#detailsSeq || this.#spilling !== null) {
      this.#beat();
      await this.#spilling;
      return;
    }
    const tail = { episode, seq, spilled_seq: this.#spilledSeq, parts: this.#log.after(this.#spilledSeq) };
    const details = encodeCheckpoint(tail, sealing);
    if (checkpointBytes(details) <= bytesMax) {
      this.#details = details;
      this.#detailsSeq = seq;
      this.#beat();
      return;
    }
    this.#beat();
    this.#spilling = this.#spill(tail).finally(() => {
      this.#spilling = null;
    });
    await this.#spilling;
  }

  async #spill(tail: Checkpoint): Promise<void> {
    const { episode, seq, parts } = tail;
    try {
      await this.#input.spill({ episode, from_seq: tail.spilled_seq + 1, seq, parts });
    } catch (error) {
      this.#input.onSpillFailed?.(error);
      throw error;
    }
    // Only now may a heartbeat drop these parts: a crash in between leaves them in both places.
    this.#input.failpoint("spill:written");
    this.#spilledSeq = seq;
    if (this.#closed) return;
    this.#details = encodeCheckpoint({ episode, seq, spilled_seq: seq, parts: [] }, this.#input.sealing);
    this.#detailsSeq = seq;
    this.#beat();
    this.#wakeAt(this.#input.clock.now() + checkpointGapMinMs);
  }
}
