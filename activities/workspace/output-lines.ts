// Splits a process's output into lines and counts the bytes that they cover, so that another worker continues right after
// them.
import { buildLogLineBytesMax } from "../../core/chat/limits.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** The first two bits of a byte inside a character of UTF-8. */
const INSIDE_MASK = 0xc0;
const INSIDE = 0x80;
/** A character of UTF-8 has at most this many bytes after its first. */
const INSIDE_BYTES_MAX = 3;

/** Splits at `\n`, `\r\n` and lone `\r`; lines without end are cut at whole characters. */
export class OutputLines {
  #rest = Buffer.alloc(0);
  #covered: number;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** @param from the output's bytes before this one are covered already */
  constructor(from: number) {
    this.#covered = from;
  }

  /** Bytes of the output that the lines given so far cover. */
  get covered(): number {
    return this.#covered;
  }

  /** The lines that are whole now. */
  push(bytes: Uint8Array): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const lines: string[] = [];
    for (let line = this.#takeLine(); line !== null; line = this.#takeLine()) lines.push(line);
    return lines;
  }

  /** What is left when the output has ended. */
  end(): string[] {
    if (this.#rest.length === 0) return [];
    const last = this.#rest.at(-1) === RETURN ? this.#rest.length - 1 : this.#rest.length;
    return [this.#take(last, this.#rest.length)];
  }

  #takeLine(): string | null {
    const end = this.#rest.findIndex((byte) => byte === NEWLINE || byte === RETURN);
    if (end > buildLogLineBytesMax || (end === -1 && this.#rest.length > buildLogLineBytesMax)) {
      const cut = this.#characterEnd(buildLogLineBytesMax);
      return this.#take(cut, cut);
    }
    if (end === -1) return null;
    if (this.#rest[end] === NEWLINE) return this.#take(end, end + 1);
    // Whether it is the first half of `\r\n` is seen when the next byte is there.
    if (end + 1 === this.#rest.length) return null;
    return this.#take(end, this.#rest[end + 1] === NEWLINE ? end + 2 : end + 1);
  }

  #characterEnd(at: number): number {
    for (let cut = at; cut > at - INSIDE_BYTES_MAX; cut--) {
      if (((this.#rest[cut] ?? 0) & INSIDE_MASK) !== INSIDE) return cut;
    }
    return at;
  }

  #take(length: number, covers: number): string {
    const line = this.#decoder.decode(this.#rest.subarray(0, length));
    this.#rest = this.#rest.subarray(covers);
    this.#covered += covers;
    return line;
  }
}
