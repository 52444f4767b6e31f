// The API speaks HTTP and the store; this file: the newest events of a feed, encoded once for all its readers. A reader that
// falls behind them starts anew.
import type { Frames } from "../sse-writer.ts";

/** Who is further behind is better served by the whole list. */
const eventsMax = 512;
const bytesMax = 1024 * 1024;
/** What a reader is handed at once: it looks between two of these whether the other side keeps up. */
const batchBytesMax = 64 * 1024;

export class FeedLog {
  #frames: Buffer[] = [];
  #bytes = 0;
  /** Number of the first frame that is kept; all frames of a feed are numbered. */
  #first = 0;

  /** The number that the next frame will have: where a reader stands that has seen all. */
  get end(): number {
    return this.#first + this.#frames.length;
  }

  append(frame: Buffer): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#frames.length > eventsMax || this.#bytes > bytesMax) {
      this.#bytes -= (this.#frames.shift() as Buffer).length;
      this.#first += 1;
    }
  }

  /** Whoever stands before here starts anew. */
  clear(): void {
    this.#first = this.end + 1;
    this.#frames = [];
    this.#bytes = 0;
  }

  /** What comes next for a reader; null when it has seen all, "lost" when that is not kept any more. */
  from(position: number): { readonly frames: Frames; readonly position: number } | "lost" | null {
    if (position < this.#first) return "lost";
    const [batch] = batchesOf(this.#frames.slice(position - this.#first));
    return batch === undefined ? null : { frames: batch, position: position + batch.entries.length };
  }
}

/** Frames in portions that are sent at once, each of at least one frame. */
export function batchesOf(frames: readonly Buffer[]): Frames[] {
  const portions: Buffer[][] = [];
  let bytes = 0;
  for (const frame of frames) {
    const portion = portions.at(-1);
    if (portion === undefined || bytes + frame.length > batchBytesMax) {
      portions.push([frame]);
      bytes = frame.length;
    } else {
      portion.push(frame);
      bytes += frame.length;
    }
  }
  return portions.map((entries) => ({ entries, bytes: Buffer.concat(entries) }));
}
