// The workspace agent runs inside the workspace. This file: what a process writes goes into its log as it comes; a process
// that writes faster than the disk waits.
import { once } from "node:events";
import type { Readable } from "node:stream";
import { setImmediate, setTimeout } from "node:timers/promises";
import { discardPauseMs, drainMaxMs, drainQuietMs } from "../agent-limits.ts";
import type { OutputLog } from "./output-log.ts";

// The most a pipe may hold (fs.pipe-max-size of an ordinary user): more than this after the exit is not of the process.
const pipeBytesMax = 1024 * 1024;

export interface OutputCollection {
  /**
   * After the process has exited: resolves when all that it wrote is in the log. What children in the background write later
   * is read and thrown away, until they close the pipe.
   */
  settle(): Promise<void>;
}

export function collectOutput(sources: readonly Readable[], log: OutputLog): OutputCollection {
  const collectors = sources.map((source) => new Collector(source, log));
  return {
    async settle() {
      await Promise.all(collectors.map(async (collector) => collector.settle()));
    },
  };
}

class Collector {
  readonly #source: Readable;
  readonly #log: OutputLog;
  readonly #closed: Promise<unknown>;
  #isClosed = false;
  #discards = false;
  #bytes = 0;

  constructor(source: Readable, log: OutputLog) {
    this.#source = source;
    this.#log = log;
    // A pipe that breaks has ended; there is nobody to tell.
    source.on("error", () => undefined);
    this.#closed = once(source, "close").finally(() => {
      this.#isClosed = true;
    });
    this.#closed.catch(() => undefined);
    source.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#discards) {
      this.#resumeAfter(setTimeout(discardPauseMs, undefined, { ref: false }));
      return;
    }
    if (!this.#log.append(chunk)) this.#resumeAfter(this.#log.drained());
  }

  #resumeAfter(wait: Promise<unknown>): void {
    this.#source.pause();
    void wait.then(() => this.#source.resume());
  }

  async settle(): Promise<void> {
    const deadline = performance.now() + drainMaxMs;
    const bytesMax = this.#bytes + pipeBytesMax;
    for (let seen = -1; !this.#isClosed && this.#bytes < bytesMax; ) {
      if (!this.#source.isPaused() && (this.#bytes === seen || performance.now() > deadline)) break;
      seen = this.#bytes;
      await Promise.race([this.#closed.catch(() => undefined), setTimeout(drainQuietMs)]);
      // A busy agent may be late with its timers: what lies in the pipe is read before silence is believed.
      await setImmediate();
      await setImmediate();
    }
    this.#discards = true;
  }
}
