// The workspace agent runs inside the workspace. This file: the newest output of a process in memory, a ring of bytes that
// are addressed by their offset in the whole output. It grows as needed: most commands say little.

const firstBytes = 4 * 1024;

export class OutputRing {
  readonly #bytesMax: number;
  #buffer: Buffer = Buffer.alloc(0);
  #start: number;
  #end: number;

  /** `begin`: the offset of the first byte that will be appended. */
  constructor(bytesMax: number, begin = 0) {
    this.#bytesMax = bytesMax;
    this.#start = begin;
    this.#end = begin;
  }

  /** Offset of the first byte held. */
  get start(): number {
    return this.#start;
  }

  /** Offset after the last byte: all bytes ever appended. */
  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    this.#end += bytes.length;
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#bytesMax));
    const keptStart = this.#end - kept.length;
    // What a chunk larger than the ring skips must not count as held.
    if (kept.length < bytes.length) this.#start = keptStart;
    this.#reserve(this.#end - this.#start, keptStart);
    this.#put(kept, keptStart);
    this.#start = Math.max(this.#start, this.#end - this.#buffer.length);
  }

  /** Up to `bytesMax` bytes from `offset`, which lies between `start` and `end`. A copy: the ring goes on turning. */
  read(offset: number, bytesMax: number): Buffer {
    const length = Math.max(0, Math.min(bytesMax, this.#end - offset));
    return this.#copyOf(offset, length);
  }

  /** Gives its memory back; nothing is held any more. */
  release(): void {
    this.#buffer = Buffer.alloc(0);
    this.#start = this.#end;
  }

  /** Gives back the memory that its bytes do not need. */
  shrink(): void {
    const held = this.#copyOf(this.#start, this.#end - this.#start);
    this.#buffer = Buffer.alloc(held.length);
    this.#put(held, this.#start);
  }

  #copyOf(offset: number, length: number): Buffer {
    const copy = Buffer.allocUnsafe(length);
    if (length === 0) return copy;
    const at = offset % this.#buffer.length;
    const first = this.#buffer.copy(copy, 0, at, Math.min(at + length, this.#buffer.length));
    if (first < length) this.#buffer.copy(copy, first, 0, length - first);
    return copy;
  }

  /** Makes the buffer large enough for `wanted` bytes, as far as it may be; moves what is held before `newFrom`. */
  #reserve(wanted: number, newFrom: number): void {
    const size = this.#buffer.length;
    if (wanted <= size || size === this.#bytesMax) return;
    const grown = Math.min(this.#bytesMax, Math.max(firstBytes, size * 2, wanted));
    const from = Math.max(this.#start, this.#end - grown);
    const held = from < newFrom ? this.#copyOf(from, newFrom - from) : Buffer.alloc(0);
    this.#buffer = Buffer.alloc(grown);
    this.#start = from;
    this.#put(held, from);
  }

  #put(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) return;
    const at = offset % this.#buffer.length;
    const first = Math.min(bytes.length, this.#buffer.length - at);
    this.#buffer.set(bytes.subarray(0, first), at);
    if (first < bytes.length) this.#buffer.set(bytes.subarray(first), 0);
  }
}
