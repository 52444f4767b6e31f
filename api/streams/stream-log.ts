// What a watch has told and some reader may not have taken yet, encoded once for all readers. Its size is limited: a reader
// that falls behind it must catch up in another way.

/** Frames that are sent together. */
export interface Frames {
  readonly bytes: Buffer;
  /** How many events these are. */
  readonly entries: { readonly length: number };
}

export interface StreamLogLimits {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

/** A batch, and where a reader stands that has taken it. */
export interface LogEntry<Batch> {
  readonly batch: Batch;
  readonly number: number;
}

/** Entries have ascending numbers. A reader's place is the number of the last entry it has taken. */
export class StreamLog<Batch extends Frames> {
  readonly #limits: StreamLogLimits;
  #entries: LogEntry<Batch>[] = [];
  #begin = 0;
  #end = 0;

  constructor(limits: StreamLogLimits) {
    this.#limits = limits;
  }

  /** The place after which everything is kept. */
  get begin(): number {
    return this.#begin;
  }

  /** The place of a reader that has taken everything. */
  get end(): number {
    return this.#end;
  }

  /** @param number where entries have numbers of their own, such as the lines of a build's log */
  append(batch: Batch, number = this.#end + 1): void {
    this.#end = number;
    this.#entries.push({ number, batch });
  }

  /** Everything after a place; "lost" when it is not kept any more. */
  after(place: number): readonly LogEntry<Batch>[] | "lost" {
    if (place < this.#begin) return "lost";
    return place >= this.#end ? [] : this.#entries.slice(this.#indexAfter(place));
  }

  /** The first entry after a place; null when there is none. Allocates nothing: each reader asks for each part. */
  next(place: number): LogEntry<Batch> | "lost" | null {
    if (place < this.#begin) return "lost";
    return place >= this.#end ? null : (this.#entries[this.#indexAfter(place)] ?? null);
  }

  /** Readers are near the end, so the search begins there. */
  #indexAfter(place: number): number {
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1] as LogEntry<Batch>).number > place) index--;
    return index;
  }

  /** Drops the oldest entries beyond the limits. */
  trim(): void {
    let events = 0;
    let bytes = 0;
    const dropped = this.#entries.findLastIndex(({ batch }) => {
      events += batch.entries.length;
      bytes += batch.bytes.length;
      return events > this.#limits.eventsMax || bytes > this.#limits.bytesMax;
    });
    if (dropped === -1) return;
    this.#begin = (this.#entries[dropped] as LogEntry<Batch>).number;
    this.#entries = this.#entries.slice(dropped + 1);
  }

  /** Every reader has taken everything: nothing needs to be kept. */
  forget(): void {
    this.#begin = this.#end;
    this.#entries.length = 0;
  }

  /** All readers lose their places, even those that have taken everything. */
  invalidate(): void {
    this.#end += 1;
    this.forget();
  }
}

/** Sent at once. Between two of these, the reader checks whether the other side keeps up. */
const groupBytesMax = 64 * 1024;

/** The next entries after a place that are sent at once; null when there are none. */
export function nextGroup(log: StreamLog<Frames>, place: number): LogEntry<Frames> | "lost" | null {
  const waiting = log.after(place);
  if (waiting === "lost") return waiting;
  const group = waiting.slice(0, countAtOnce(waiting.map(({ batch }) => batch)));
  const last = group.at(-1);
  return last === undefined ? null : { batch: join(group.map(({ batch }) => batch)), number: last.number };
}

/** Frames in groups that are sent at once. */
export function groupFrames(frames: readonly Frames[]): Frames[] {
  const groups: Frames[] = [];
  let rest = frames;
  while (rest.length > 0) {
    const count = countAtOnce(rest);
    groups.push(join(rest.slice(0, count)));
    rest = rest.slice(count);
  }
  return groups;
}

/** How many frames are sent at once; at least one. */
function countAtOnce(frames: readonly Frames[]): number {
  let total = 0;
  const tooMany = frames.findIndex(({ bytes }, i) => {
    total += bytes.length;
    return i > 0 && total > groupBytesMax;
  });
  return tooMany === -1 ? frames.length : tooMany;
}

function join(entries: readonly Frames[]): Frames {
  return { entries, bytes: Buffer.concat(entries.map(({ bytes }) => bytes)) };
}

/** One event as it goes over the wire. */
export function oneFrame(text: string): Frames {
  return { bytes: Buffer.from(text), entries: { length: 1 } };
}
