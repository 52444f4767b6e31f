// The API speaks HTTP and the store; this file: the parts of one episode at a hub. What comes early waits; what comes twice
// changes nothing; what is handed on is contiguous.
import { PartLog } from "../core/part-log.ts";
import { partAfter, type StreamPart } from "../core/stream-part.ts";

/** Parts waiting behind a gap; beyond it the newest are let go, and come again with a checkpoint. */
const heldPartsMax = 4_096;

export class EpisodeSlot {
  readonly episode: string;
  readonly #log = new PartLog();
  #held: StreamPart[] = [];

  constructor(episode: string) {
    this.episode = episode;
  }

  get lastSeq(): number {
    return this.#log.lastSeq;
  }

  /** Whether parts wait for others that were missed. */
  get gap(): boolean {
    return this.#held.length > 0;
  }

  /** Everything after `seq`, merged. */
  after(seq: number): StreamPart[] {
    return this.#log.after(seq);
  }

  /** Takes parts in any state: known, next, early, merged. Returns what became contiguous by it, merged. */
  take(parts: readonly StreamPart[]): StreamPart[] {
    const before = this.#log.lastSeq;
    for (const part of parts) this.#takeOne(part);
    if (this.#held.length > 0 && this.#log.lastSeq > before) this.#takeHeld();
    return this.#log.lastSeq === before ? [] : this.#log.after(before);
  }

  #takeOne(part: StreamPart): void {
    const rest = partAfter(part, this.#log.lastSeq);
    if (rest === null) return;
    if (rest.from_seq === this.#log.lastSeq + 1) this.#log.append(rest);
    else if (this.#held.length < heldPartsMax) this.#held.push(rest);
  }

  #takeHeld(): void {
    const held = this.#held.sort((a, b) => a.from_seq - b.from_seq);
    this.#held = [];
    for (const part of held) this.#takeOne(part);
  }
}
