// The watches of this replica: one for all readers of a thing, opened for the first reader and closed a while after the
// last.
import { Refusal } from "../../core/chat/refusal.ts";
import type { Leaving } from "./open-stream.ts";
import type { WatchEnd } from "./stream-reader.ts";

/** A page that reloads, or a reader that comes back, finds the watch still open. */
const lingerDefaultMs = 5_000;

export interface WatchesInput<Key, Watch> {
  readonly nameOf: (key: Key) => string;
  readonly open: (key: Key) => Watch;
  readonly lingerMs?: number | undefined;
}

export interface HeldWatch<Watch> {
  readonly watch: Watch;
  /** Whether it was opened for this call, so that its first look is new enough. */
  readonly isNew: boolean;
}

interface Closable {
  readonly ended: WatchEnd | null;
  readonly readerCount: number;
  close(reason: WatchEnd): void;
}

interface Kept<Watch> {
  readonly watch: Watch;
  holders: number;
  linger: NodeJS.Timeout | undefined;
}

export class Watches<Key, Watch extends Closable> {
  readonly #input: WatchesInput<Key, Watch>;
  readonly #kept = new Map<string, Kept<Watch>>();
  #closed = false;

  constructor(input: WatchesInput<Key, Watch>) {
    this.#input = input;
  }

  /** The watch of a thing, kept until its reader has left. Throws `Refusal` `draining` once closed. */
  hold(key: Key, reader: Leaving): HeldWatch<Watch> {
    if (this.#closed) throw new Refusal("draining");
    const name = this.#input.nameOf(key);
    const found = this.#kept.get(name);
    const alive = found !== undefined && found.watch.ended === null ? found : null;
    const kept = alive ?? { watch: this.#input.open(key), holders: 0, linger: undefined };
    this.#kept.set(name, kept);
    kept.holders += 1;
    clearTimeout(kept.linger);
    reader.onLeft(() => this.#release(name, kept));
    return { watch: kept.watch, isNew: alive === null };
  }

  get size(): number {
    return this.#kept.size;
  }

  get readerCount(): number {
    return this.all().reduce((count, { readerCount }) => count + readerCount, 0);
  }

  all(): Watch[] {
    return [...this.#kept.values()].map(({ watch }) => watch);
  }

  /** Sends all readers away, to come back elsewhere. From now on none is taken. */
  close(): void {
    this.#closed = true;
    for (const { watch, linger } of this.#kept.values()) {
      clearTimeout(linger);
      watch.close("retry");
    }
    this.#kept.clear();
  }

  #release(name: string, kept: Kept<Watch>): void {
    kept.holders -= 1;
    if (kept.holders > 0) return;
    const forget = () => {
      kept.watch.close("retry");
      if (this.#kept.get(name) === kept) this.#kept.delete(name);
    };
    const { lingerMs = lingerDefaultMs } = this.#input;
    if (this.#closed || kept.watch.ended !== null || lingerMs === 0) return forget();
    kept.linger = setTimeout(forget, lingerMs);
    // A process that wants to exit does not wait for watches without readers.
    kept.linger.unref();
  }
}
