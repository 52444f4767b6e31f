// Keeps the parts of one episode merged, and cuts them at any seq. Workers write from it and hubs replay from it. An
// answer of a hundred thousand parts takes the size of its text and two bytes per part.
import { lengthens, mergedCharsMax, type StreamPart, splitPart, textOf, withText } from "./stream-part.ts";

/** Parts from seq 1 without gaps. */
export class PartLog {
  readonly #segments: Segment[] = [];
  #lastSeq = 0;

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Adds the next part, merged or not. Throws if its `from_seq` does not follow `lastSeq`. */
  append(part: StreamPart): void {
    if (part.from_seq !== this.#lastSeq + 1) {
      throw new RangeError(`part ${part.from_seq} does not follow ${this.#lastSeq}`);
    }
    // Somebody with larger frames merged it. Its pieces fit.
    if (part.seq > part.from_seq && (textOf(part.part)?.length ?? 0) > mergedCharsMax) {
      for (const piece of splitPart(part)) this.#append(piece);
    } else this.#append(part);
  }

  #append(part: StreamPart): void {
    const last = this.#segments.at(-1);
    if (last === undefined || !last.takes(part)) this.#segments.push(new Segment(part));
    this.#lastSeq = part.seq;
  }

  /** Everything after `seq`, merged, with lengths. The cost depends only on how much you ask for. */
  after(seq: number): StreamPart[] {
    return this.#from(seq).map((segment) => segment.after(seq));
  }

  /** The same without the lengths, which readers do not get. */
  shownAfter(seq: number): StreamPart[] {
    return this.#from(seq).map((segment) => segment.shownAfter(seq));
  }

  #from(seq: number): Segment[] {
    let first = this.#segments.length;
    while (first > 0 && (this.#segments[first - 1] as Segment).seq > seq) first--;
    return this.#segments.slice(first);
  }
}

/** Pieces that are joined to the text at once; each join frees that many small strings. */
const pendingPiecesMax = 64;
const FIRST_ENDS = 16;
const NO_ENDS = new Uint16Array(0);

/** Neighbours that only make the first of them longer. */
class Segment {
  /** Its text is not used once others have joined it. */
  readonly #head: StreamPart;
  #seq: number;
  #text: string;
  #chars: number;
  readonly #pending: string[] = [];
  /** Where each piece ends in the text: whole segments fit into 16 bits. Empty while there is only one piece. */
  #ends = NO_ENDS;

  constructor(part: StreamPart) {
    this.#head = part;
    this.#seq = part.seq;
    this.#text = textOf(part.part) ?? "";
    this.#chars = this.#text.length;
    if (part.seq > part.from_seq) this.#note(part, 0);
  }

  get seq(): number {
    return this.#seq;
  }

  /** Whether the part has joined this segment. */
  takes(part: StreamPart): boolean {
    const text = textOf(part.part) ?? "";
    if (this.#chars + text.length > mergedCharsMax || !lengthens(this.#head, part)) return false;
    if (this.#ends.length === 0) this.#note(this.#head, 0);
    this.#note(part, this.#chars);
    this.#seq = part.seq;
    this.#chars += text.length;
    if (this.#pending.push(text) >= pendingPiecesMax) this.#join();
    return true;
  }

  after(seq: number): StreamPart {
    const shown = this.shownAfter(seq);
    if (shown.seq === shown.from_seq) return shown;
    const first = shown.from_seq - this.#head.from_seq;
    const count = shown.seq - shown.from_seq + 1;
    const lengths = Array.from({ length: count }, (_, i) => this.#end(first + i) - this.#end(first + i - 1));
    return { ...shown, lengths };
  }

  shownAfter(seq: number): StreamPart {
    const { index, role, part, from_seq } = this.#head;
    if (this.#seq === from_seq) return this.#head;
    this.#join();
    const known = Math.max(0, seq - from_seq + 1);
    const text = known === 0 ? this.#text : this.#text.slice(this.#end(known - 1));
    return { from_seq: from_seq + known, seq: this.#seq, index, role, part: withText(part, text) };
  }

  #end(piece: number): number {
    return piece < 0 ? 0 : (this.#ends[piece] as number);
  }

  #join(): void {
    if (this.#pending.length === 0) return;
    this.#text += this.#pending.join("");
    this.#pending.length = 0;
  }

  /** Notes where the pieces of a part end. Their text begins at `start`. */
  #note(part: StreamPart, start: number): void {
    const first = part.from_seq - this.#head.from_seq;
    const count = part.seq - this.#head.from_seq + 1;
    if (count > this.#ends.length) {
      const longer = new Uint16Array(Math.max(FIRST_ENDS, this.#ends.length * 2, count));
      longer.set(this.#ends);
      this.#ends = longer;
    }
    let end = start;
    for (let i = first; i < count; i++) {
      end += part.lengths?.[i - first] ?? (i === first ? (textOf(part.part)?.length ?? 0) : 0);
      this.#ends[i] = end;
    }
  }
}
