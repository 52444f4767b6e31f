// One reader of a watch: it catches up from its place, then follows. Nothing is sent while the other side has not taken what
// was sent before, so a slow reader needs no memory of its own (SPEC T7).

import type { EventSink } from "./sse-writer.ts";
import type { Frames } from "./stream-log.ts";

/** `deleted`: there is nothing left to read. `retry`: we have a problem or shut down; the reader should come back. */
export type WatchEnd = "deleted" | "retry";

/** What a reader does next. */
export type ReaderStep<Place, Batch> =
  | { readonly type: "send"; readonly batch: Batch; readonly place: Place }
  /** What follows its place is not kept: it must catch up. */
  | { readonly type: "catch-up" }
  /** It has everything there is. */
  | { readonly type: "wait" }
  /** The stream is complete. */
  | { readonly type: "finish"; readonly batch: Batch };

export const CATCH_UP = { type: "catch-up" } as const;
export const WAIT = { type: "wait" } as const;

/** What brings a reader up to date, and the place from which it then follows. */
export interface CatchUp<Place, Batch> {
  /** Removed as they are sent, so that a slow reader's snapshot does not stay in memory as a whole. */
  readonly batches: Batch[];
  readonly place: Place;
}

/** What a reader reads. */
export interface Readable<Place, Batch> {
  readonly ended: WatchEnd | null;
  attach(reader: WatchReader): void;
  detach(reader: WatchReader): void;
  /** Called when a reader that was busy has taken everything. */
  rested(): void;
  next(place: Place): ReaderStep<Place, Batch>;
  /** If it throws, the reader is sent away to come back. */
  catchUp(place: Place): Promise<CatchUp<Place, Batch>> | CatchUp<Place, Batch>;
  warn(error: unknown, words: string): void;
}

/** A reader as its watch sees it. */
export interface WatchReader {
  /** Whether it catches up or waits for the other side. Until then, what it has not taken must be kept for it. */
  readonly busy: boolean;
  /** Called when there may be something to send. */
  wake(): void;
  /** Called when what it is being told is outdated. */
  restart(): void;
  end(reason: WatchEnd): void;
}

export interface StreamReaderInput<Place, Batch extends Frames> {
  readonly watch: Readable<Place, Batch>;
  readonly sink: EventSink<Batch>;
  /** Where the reader left off. */
  readonly place: Place;
}

/** Readers come back at different times, so that after a restart they do not all come at once. */
const retryMinMs = 500;
const retrySpreadMs = 1_000;

export class StreamReader<Place, Batch extends Frames> implements WatchReader {
  readonly #input: StreamReaderInput<Place, Batch>;
  #place: Place;
  #busy = false;
  #over = false;
  /** Tells an outdated catch-up from the present one. */
  #round = 0;

  constructor(input: StreamReaderInput<Place, Batch>) {
    this.#input = input;
    this.#place = input.place;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** @param before awaited before the reader catches up */
  start(before?: () => Promise<void>): void {
    this.#input.watch.attach(this);
    if (before === undefined) this.wake();
    else void this.#waitFor(before());
  }

  stop(): void {
    this.#over = true;
    this.#input.watch.detach(this);
  }

  end(reason: WatchEnd): void {
    if (this.#over) return;
    this.stop();
    this.#input.sink.end(
      reason === "deleted" ? null : retryMinMs + Math.floor(Math.random() * retrySpreadMs),
    );
  }

  restart(): void {
    this.#round += 1;
    this.wake();
  }

  /** Sends what there is. While the other side keeps up, this never awaits anything. */
  wake(): void {
    const { watch, sink } = this.#input;
    while (!this.#busy && !this.#over && !sink.closed) {
      if (watch.ended !== null) return this.end(watch.ended);
      if (sink.full) return void this.#waitFor(sink.drained());
      const step = watch.next(this.#place);
      if (step.type === "wait") return;
      if (step.type === "catch-up") return void this.#waitFor(this.#catchUp());
      sink.write(step.batch);
      if (step.type === "finish") {
        this.stop();
        return sink.end(null);
      }
      this.#place = step.place;
    }
  }

  async #waitFor(done: Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await done;
    } catch (error) {
      if (!this.#over && !this.#input.sink.closed) {
        this.#input.watch.warn(error, "a stream could not be told");
        this.end("retry");
      }
    }
    this.#busy = false;
    this.wake();
    if (!this.#busy) this.#input.watch.rested();
  }

  async #catchUp(): Promise<void> {
    const { watch, sink } = this.#input;
    const round = this.#round;
    const outdated = () => round !== this.#round || this.#over || sink.closed;
    const { batches, place } = await watch.catchUp(this.#place);
    for (let batch = batches.shift(); batch !== undefined && !outdated(); batch = batches.shift()) {
      sink.write(batch);
      if (sink.full) await sink.drained();
    }
    if (!outdated()) this.#place = place;
  }
}
