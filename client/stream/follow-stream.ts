// Follows a stream across any number of connections: resumes from the last id, waits between tries, and gives up only when
// the server says that there is nothing to read.
import { EverturnError, EverturnNetworkError, EverturnStreamError } from "../http/errors.ts";
import { backoffMs } from "../http/wait.ts";
import type { Connection } from "./connection.ts";
import { type Frame, readFrames, silenceMaxMs } from "./read-frames.ts";
import { isOffline, onSurroundings, type Surroundings } from "./surroundings.ts";

/** Whether a stream is wanted just now. While it rests it has no connection, and afterwards it goes on where it was. */
export interface Rest {
  readonly isResting: () => boolean;
  /** Calls `listener` whenever that may have changed. Returns what ends it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** What every stream can be told. */
export interface StreamOptions {
  /** The id of the last event that you have; the stream goes on behind it. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told whenever the connection comes or goes. */
  readonly onConnection?: ((connection: Connection) => void) | undefined;
  /** Absent: it never rests. */
  readonly rest?: Rest | undefined;
  /** After how long without a byte a connection counts as lost, in milliseconds. Absent: 45 seconds. */
  readonly silenceMaxMs?: number | undefined;
}

export interface FollowInput extends StreamOptions {
  /** Opens a connection. Throws EverturnError when it is refused. */
  readonly open: (cursor: string | null, signal: AbortSignal) => Promise<Response>;
}

/** Faulty frames at the same place, after which reading on makes no sense. */
const faultsMax = 3;

/** Ends when `signal` aborts. Throws EverturnError when the stream is refused, EverturnStreamError when it is not readable. */
export async function* followStream(input: FollowInput): AsyncGenerator<Frame, void, undefined> {
  const follower = new Follower(input);
  try {
    while (!follower.isOver) {
      if (follower.isResting) await follower.untilWanted();
      else {
        yield* follower.connection();
        if (!follower.isOver && !follower.isResting) await follower.pause();
      }
    }
    follower.tell({ state: "ended", error: null });
  } catch (error) {
    follower.tell({ state: "ended", error: error as Error });
    throw error;
  } finally {
    follower.close();
  }
}

class Follower {
  readonly #input: FollowInput;
  readonly #stopListening: () => void;
  readonly #stopResting: () => void;
  readonly #onAbort = () => this.#connection.abort(this.#input.signal?.reason);
  #cursor: string | null;
  #connection = new AbortController();
  /** Connections in a row that brought nothing. */
  #tries = 0;
  #faults = 0;
  #reason = "";
  /** `retry:` or `Retry-After`: not sooner than that. */
  #leastMs = 0;
  #bytesAt = 0;
  #wake: () => void = () => undefined;

  constructor(input: FollowInput) {
    this.#input = input;
    this.#cursor = input.after ?? null;
    this.#stopListening = onSurroundings((what) => this.#notice(what));
    this.#stopResting = input.rest?.subscribe(() => this.#restOrGoOn()) ?? (() => undefined);
    input.signal?.addEventListener("abort", this.#onAbort);
  }

  get isOver(): boolean {
    return this.#input.signal?.aborted === true;
  }

  get isResting(): boolean {
    return this.#input.rest?.isResting() === true;
  }

  tell(connection: Connection): void {
    this.#input.onConnection?.(connection);
  }

  close(): void {
    this.#stopListening();
    this.#stopResting();
    this.#input.signal?.removeEventListener("abort", this.#onAbort);
    this.#connection.abort();
  }

  async untilWanted(): Promise<void> {
    this.tell({ state: "resting" });
    while (this.isResting && !this.isOver) await this.#wait(null);
    this.#tries = 0;
    this.#reason = "";
  }

  #restOrGoOn(): void {
    if (this.isResting) this.#connection.abort(new EverturnNetworkError("The stream was ended", "it rests"));
    this.#wake();
  }

  /** The frames of one connection. Returns when it is lost, and throws when there can be no other. */
  async *connection(): AsyncGenerator<Frame, void, undefined> {
    if (this.#tries === 0 && this.#reason === "") this.tell({ state: "connecting" });
    this.#connection = new AbortController();
    this.#tries += 1;
    try {
      const response = await this.#input.open(this.#cursor, this.#connection.signal);
      this.#bytesAt = Date.now();
      this.tell({ state: "live" });
      yield* this.#frames(response);
      this.#reason = "the server ended the stream";
    } catch (error) {
      if (!this.isOver) this.#judge(error);
    } finally {
      this.#connection.abort();
    }
  }

  async *#frames(response: Response): AsyncGenerator<Frame, void, undefined> {
    const frames = readFrames({
      response,
      onBytes: () => {
        this.#bytesAt = Date.now();
        this.#tries = 0;
      },
      onRetry: (ms) => {
        this.#leastMs = ms;
      },
      silenceMaxMs: this.#input.silenceMaxMs ?? silenceMaxMs,
    });
    for await (const frame of frames) {
      yield frame;
      if (frame.id !== null) {
        this.#cursor = frame.id;
        this.#faults = 0;
      }
    }
  }

  /** Keeps why the connection was lost, or throws what another one cannot mend. */
  #judge(error: unknown): void {
    this.#reason = error instanceof Error ? error.message : String(error);
    if (error instanceof EverturnNetworkError) return;
    if (error instanceof EverturnStreamError) {
      this.#faults += 1;
      if (this.#faults >= faultsMax) throw error;
      return;
    }
    // Ended by what the surroundings told.
    if (this.#connection.signal.aborted) return;
    if (!(error instanceof EverturnError)) throw error;
    this.#leastMs = error.retryAfterMs ?? this.#leastMs;
    if (this.#cursor !== null && (error.status === 410 || error.code === "invalid_cursor"))
      this.#cursor = null;
    else if (!isPassing(error.status)) throw error;
  }

  /** Waits for the next try. The network's return ends the wait. */
  async pause(): Promise<void> {
    const ms = Math.max(this.#leastMs, backoffMs(this.#tries, Math.random));
    this.#leastMs = 0;
    const state = isOffline() ? "offline" : "reconnecting";
    this.tell({ state, tries: this.#tries + 1, retryAt: Date.now() + ms, reason: this.#reason });
    await this.#wait(ms);
  }

  /** Null: until it is woken. */
  async #wait(ms: number | null): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#input.signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = ms === null ? undefined : setTimeout(done, ms);
      this.#wake = done;
      this.#input.signal?.addEventListener("abort", done);
    });
  }

  #notice(what: Surroundings): void {
    if (what !== "offline") this.#wake();
    // After a sleep the connection is gone, but its timer has slept as well.
    const isSilent = Date.now() - this.#bytesAt > (this.#input.silenceMaxMs ?? silenceMaxMs);
    if (what === "offline" || isSilent) {
      this.#reason = what === "offline" ? "the device has no network" : "the device was asleep";
      this.#connection.abort(new EverturnNetworkError("The stream was lost", this.#reason));
    }
  }
}

/** Refusals that end by themselves. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
