// Core is pure: the parts of one episode so far, kept merged but cut at any seq. The worker writes from it, hubs replay
// from it; an answer of a hundred thousand parts takes the room of its text, not of its parts.
import { lengthens, mergedCharsMax, partAfter, type StreamPart, textOf, withText } from "./stream-part.ts";

interface Segment {
  /** The first piece; its text is not used once others have joined it. */
  readonly head: StreamPart;
  seq: number;
  text: string;
  readonly lengths: number[];
}

/** Parts from seq 1 without gaps. */
export class PartLog {
  readonly #segments: Segment[] = [];
  #lastSeq = 0;

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Adds the next part, merged or not. Throws when its `from_seq` does not follow `lastSeq`. */
  append(part: StreamPart): void {
    if (part.from_seq !== this.#lastSeq + 1) {
      throw new RangeError(`part ${part.from_seq} does not follow ${this.#lastSeq}`);
    }
    const text = textOf(part.part) ?? "";
    const lengths = part.lengths ?? [text.length];
    const last = this.#segments.at(-1);
    const joins = last !== undefined && last.text.length + text.length <= mergedCharsMax;
    if (joins && lengthens(last.head, part)) {
      last.text += text;
      last.seq = part.seq;
      for (const length of lengths) last.lengths.push(length);
    } else {
      this.#segments.push({ head: part, seq: part.seq, text, lengths: [...lengths] });
    }
    this.#lastSeq = part.seq;
  }

  /** Everything after `seq`, merged, with lengths. Cheap where little is asked for. */
  after(seq: number): StreamPart[] {
    let first = this.#segments.length;
    while (first > 0 && (this.#segments[first - 1] as Segment).seq > seq) first--;
    return this.#segments.slice(first).flatMap((segment) => partAfter(toPart(segment), seq) ?? []);
  }
}

function toPart(segment: Segment): StreamPart {
  if (segment.seq === segment.head.seq) return segment.head;
  const { from_seq, index, role, part } = segment.head;
  return {
    from_seq,
    seq: segment.seq,
    index,
    role,
    part: withText(part, segment.text),
    lengths: [...segment.lengths],
  };
}
