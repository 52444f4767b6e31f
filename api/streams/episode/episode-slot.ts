// The parts of one episode at a hub. Parts that arrive early wait, parts that arrive twice are ignored, and what is passed
// on has no gaps.
import { PartLog } from "../../../core/part/part-log.ts";
import { mergeParts, partAfter, type StreamPart } from "../../../core/part/stream-part.ts";

/** Parts that wait behind a gap. Beyond this limit the newest are dropped, and come again with a checkpoint. */
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

  /** Everything after `seq`, merged, as readers get it. */
  shownAfter(seq: number): StreamPart[] {
    return this.#log.shownAfter(seq);
  }

  /** Takes parts that may be known, next, early or merged. Returns those that now follow without a gap, merged. */
  take(parts: readonly StreamPart[]): StreamPart[] {
    const taken: StreamPart[] = [];
    for (const part of parts) this.#takeOne(part, taken);
    if (this.#held.length > 0 && taken.length > 0) this.#takeHeld(taken);
    return taken.length > 1 ? mergeParts(taken) : taken;
  }

  #takeOne(part: StreamPart, taken: StreamPart[]): void {
    const rest = partAfter(part, this.#log.lastSeq);
    if (rest === null) return;
    if (rest.from_seq === this.#log.lastSeq + 1) {
      this.#log.append(rest);
      taken.push(rest);
    } else if (this.#held.length < heldPartsMax) this.#held.push(rest);
  }

  #takeHeld(taken: StreamPart[]): void {
    const held = this.#held.sort((a, b) => a.from_seq - b.from_seq);
    this.#held = [];
    for (const part of held) this.#takeOne(part, taken);
  }
}
