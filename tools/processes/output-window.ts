// Tools: what is kept of a process's output for the model: its head and its tail, however long it is.

/** Longest sequence of UTF-8 continuation bytes that a cut may have to step over. */
const continuationBytesMax = 3;

export interface WindowLimits {
  readonly headBytes: number;
  readonly tailBytes: number;
}

/** Takes output in order; holds no more than head, tail and one chunk. */
export class OutputWindow {
  readonly #limits: WindowLimits;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #start: number;
  #end: number;

  /** @param offset where the output to come begins, in bytes of all output */
  constructor(limits: WindowLimits, offset = 0) {
    this.#limits = limits;
    this.#start = offset;
    this.#end = offset;
  }

  /** Offset of the next byte expected. */
  get end(): number {
    return this.#end;
  }

  /** Takes bytes that begin at `offset`; a repeated beginning is passed over. Returns what was new. */
  take(offset: number, bytes: Uint8Array): Uint8Array {
    // The spool has dropped what lies between: the head stays as it is and the count goes on.
    if (offset > this.#end && this.#end === this.#start) this.#start = offset;
    const fresh = bytes.subarray(Math.max(0, this.#end - offset));
    this.#end = Math.max(this.#end, offset + bytes.length);
    const room = this.#limits.headBytes - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, fresh.subarray(0, room)]);
    const rest = fresh.subarray(Math.max(0, room));
    if (rest.length > 0) {
      const tail = Buffer.concat([this.#tail, rest]);
      this.#tail = tail.subarray(Math.max(0, tail.length - this.#limits.tailBytes));
    }
    return fresh;
  }

  /** Head and tail as text; between them, when bytes are missing, what `note` says of them. Never splits a character. */
  text(note: (cut: { readonly bytes: number; readonly offset: number }) => string): {
    readonly text: string;
    readonly truncated: boolean;
  } {
    const between = this.#end - this.#start - this.#head.length - this.#tail.length;
    if (between <= 0) return { text: Buffer.concat([this.#head, this.#tail]).toString(), truncated: false };
    const head = wholeHead(this.#head);
    const tail = wholeTail(this.#tail);
    const bytes = between + (this.#head.length - head.length) + (this.#tail.length - tail.length);
    const words = note({ bytes, offset: this.#start + head.length });
    return { text: `${head.toString()}\n${words}\n${tail.toString()}`, truncated: true };
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/** Without a character that was cut off at its end. */
export function wholeHead(bytes: Buffer): Buffer {
  let lead = bytes.length - 1;
  while (lead >= 0 && bytes.length - lead <= continuationBytesMax && isContinuation(bytes[lead])) lead--;
  if (lead < 0) return bytes;
  return lead + sequenceLength(bytes[lead] as number) > bytes.length ? bytes.subarray(0, lead) : bytes;
}

/** Without a character that was cut off at its beginning. */
function wholeTail(bytes: Buffer): Buffer {
  let at = 0;
  while (at < continuationBytesMax && isContinuation(bytes[at])) at++;
  return bytes.subarray(at);
}
