// The API speaks HTTP and the store; this file: what a replica knows of one build's log, read once for all its readers.
import type { BuildStatus } from "../../../core/workspace/workspace.ts";
import { encodeFrame } from "../sse-frame.ts";
import type { Frames } from "../sse-writer.ts";

/** Lines of one read of the store. */
const logPageLinesMax = 500;
/** Newest frames kept for readers; most logs fit whole, so that only the watch reads them. */
const windowBytesMax = 1024 * 1024;
/** What a reader is handed at once: it looks between two of these whether the other side keeps up. */
const batchBytesMax = 64 * 1024;
/** Looks that fail in a row before readers are sent elsewhere: some ten seconds without the database. */
const failuresMax = 40;

export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly text: string;
}

export interface BuildLogSource {
  /** Null: the build is gone, and its workspace with it. */
  readBuild(): Promise<{ readonly status: BuildStatus; readonly error: string | null } | null>;
  readLines(afterSeq: number, limit: number): Promise<readonly LogLine[]>;
}

export interface BuildLogWatchInput {
  readonly source: BuildLogSource;
  /** Between two looks. */
  readonly pollMs: number;
  readonly onFailed: (error: unknown) => void;
}

export interface BuildEnd {
  readonly status: BuildStatus;
  readonly error: string | null;
}

/** What a reader does next. `retry`: this replica shuts down, or has lost the database. */
export type LogStep =
  | { readonly type: "lines"; readonly frames: Frames; readonly last_seq: number }
  | { readonly type: "end"; readonly end: BuildEnd }
  | { readonly type: "retry" };

interface LogFrame {
  readonly seq: number;
  readonly bytes: Buffer;
}

export class BuildLogWatch {
  readonly #input: BuildLogWatchInput;
  /** Frames after `#windowAfter`, in order, up to what was read last. */
  #window: LogFrame[] = [];
  #windowBytes = 0;
  #windowAfter = 0;
  #lastSeq = 0;
  #end: BuildEnd | null = null;
  #closed = false;
  #failures = 0;
  #changed = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  /** Reads of what has left the window, by where they begin: readers that come together share them. */
  readonly #older = new Map<number, Promise<readonly LogFrame[]>>();

  constructor(input: BuildLogWatchInput) {
    this.#input = input;
    void this.#poll();
  }

  /** Whether it looks no more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Looks no more; readers that wait are told to come back. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wake();
  }

  /** Resolves when there is something for a reader who has read up to `after`. Throws when the store cannot be read. */
  async next(after: number): Promise<LogStep> {
    let from = after;
    for (;;) {
      if (this.#closed) return { type: "retry" };
      if (from < this.#windowAfter) {
        const older = await this.#readOlder(from);
        if (older.length > 0) return batchOf(older);
        // The rows went with their workspace; what is still kept here is shown.
        from = this.#windowAfter;
        continue;
      }
      const kept = this.#keptAfter(from);
      if (kept.length > 0) return batchOf(kept);
      if (this.#end !== null) return { type: "end", end: this.#end };
      await this.#changed.promise;
    }
  }

  async #poll(): Promise<void> {
    try {
      await this.#look();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) this.#input.onFailed(error);
      if (this.#failures >= failuresMax) this.close();
    }
    this.#wake();
    if (this.#closed || this.#end !== null) return;
    this.#timer = setTimeout(() => void this.#poll(), this.#input.pollMs);
  }

  async #look(): Promise<void> {
    const { source } = this.#input;
    // Before its lines: a build that is seen to have ended writes no more of them.
    const build = await source.readBuild();
    while (!this.#closed) {
      const lines = await source.readLines(this.#lastSeq, logPageLinesMax);
      this.#take(lines);
      if (lines.length < logPageLinesMax) break;
      this.#wake();
    }
    if (build === null) this.#end = { status: "cancelled", error: "the workspace was deleted" };
    else if (hasEnded(build.status)) this.#end = { status: build.status, error: build.error };
  }

  #take(lines: readonly LogLine[]): void {
    for (const frame of lines.map(toFrame)) {
      this.#window.push(frame);
      this.#windowBytes += frame.bytes.length;
      this.#lastSeq = frame.seq;
    }
    let drop = 0;
    while (this.#windowBytes > windowBytesMax) {
      const oldest = this.#window[drop] as LogFrame;
      this.#windowBytes -= oldest.bytes.length;
      this.#windowAfter = oldest.seq;
      drop += 1;
    }
    if (drop > 0) this.#window.splice(0, drop);
  }

  #keptAfter(seq: number): LogFrame[] {
    if (seq >= this.#lastSeq) return [];
    const first = this.#window.findLastIndex((frame) => frame.seq <= seq) + 1;
    return this.#window.slice(first);
  }

  #readOlder(after: number): Promise<readonly LogFrame[]> {
    const running = this.#older.get(after);
    if (running !== undefined) return running;
    const reading = this.#input.source
      .readLines(after, logPageLinesMax)
      .then((lines) => lines.map(toFrame))
      .finally(() => this.#older.delete(after));
    this.#older.set(after, reading);
    return reading;
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}

function hasEnded(status: BuildStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

function toFrame({ seq, at, text }: LogLine): LogFrame {
  const json = JSON.stringify({ seq, at, text });
  return { seq, bytes: Buffer.from(encodeFrame({ id: String(seq), event: "log", json })) };
}

/** As many of the frames as go out together; at least one. */
function batchOf(frames: readonly LogFrame[]): LogStep {
  let bytes = 0;
  const tooMany = frames.findIndex((frame, i) => {
    bytes += frame.bytes.length;
    return i > 0 && bytes > batchBytesMax;
  });
  const entries = tooMany === -1 ? frames : frames.slice(0, tooMany);
  const last_seq = entries.at(-1)?.seq ?? 0;
  return {
    type: "lines",
    last_seq,
    frames: { entries, bytes: Buffer.concat(entries.map((frame) => frame.bytes)) },
  };
}
