// The output of one process: on disk, and the newest of it in memory once the disk takes no more. Offsets count from the
// first byte that the process ever wrote.
import type { OutputSegments } from "./output-segments.ts";

export interface OutputLogInput {
  readonly segments: OutputSegments;
  /** Kept once the disk takes no more. */
  readonly memoryBytesMax: number;
  /** The disk takes no more. */
  readonly onDiskFault: (error: unknown) => void;
}

export class OutputLog {
  readonly #input: OutputLogInput;
  readonly #watchers = new Set<() => void>();
  /** What came since the disk failed, as far as it is kept; null: it has not failed. */
  #memory: Buffer[] | null = null;
  #end: number;

  /** `end`: bytes that there have been; what the disk lacks of them is lost. Absent: those on disk. */
  constructor(input: OutputLogInput, end = input.segments.end) {
    this.#input = input;
    this.#end = end;
    // What follows a gap does not belong to what is before it.
    if (end !== input.segments.end) input.segments.dropAll();
  }

  /** Bytes so far. */
  get end(): number {
    return this.#end;
  }

  /** When an earlier agent wrote to it last; 0 when none has. */
  get writtenAtMs(): number {
    return this.#input.segments.writtenAtMs;
  }

  /** Offset of the first byte that can still be read. */
  get keptFrom(): number {
    const { segments } = this.#input;
    return segments.bytes > 0 ? segments.start : this.#end - sizeOf(this.#memory ?? []);
  }

  append(bytes: Uint8Array): void {
    const { segments, onDiskFault } = this.#input;
    let rest = bytes;
    if (this.#memory === null) {
      try {
        segments.append(bytes);
      } catch (error) {
        this.#memory = [];
        rest = bytes.subarray(segments.end - this.#end);
        segments.close();
        onDiskFault(error);
      }
    }
    if (this.#memory !== null) this.#remember(this.#memory, rest);
    this.#end += bytes.length;
    this.changed();
  }

  #remember(memory: Buffer[], bytes: Uint8Array): void {
    const { segments, memoryBytesMax } = this.#input;
    memory.push(Buffer.from(bytes));
    let excess = sizeOf(memory) - memoryBytesMax;
    // It no longer adjoins what memory holds: nothing could read it, and it takes up a full disk.
    if (excess > 0) segments.dropAll();
    while (excess > 0) {
      const [oldest = Buffer.alloc(0)] = memory;
      if (oldest.length > excess) memory[0] = oldest.subarray(excess);
      else memory.shift();
      excess -= oldest.length;
    }
  }

  /** Up to `bytesMax` bytes from `offset`, or from the first byte kept when that is later. Empty at the end. */
  read(offset: number, bytesMax: number): { readonly offset: number; readonly bytes: Buffer } {
    let first = Math.max(offset, this.keptFrom);
    const pieces: Buffer[] = [];
    let bytes = 0;
    while (bytes < bytesMax) {
      const piece = this.#readPiece(first + bytes, bytesMax - bytes);
      // What comes now cannot be read any more, and so cannot be joined to what comes after it.
      if (piece === null && bytes > 0) break;
      if (piece === null) first = Math.max(first, this.keptFrom);
      else if (piece.length === 0) break;
      else {
        pieces.push(piece);
        bytes += piece.length;
      }
    }
    return { offset: first, bytes: Buffer.concat(pieces) };
  }

  /** Null: it is gone from the disk, and `keptFrom` may have risen. */
  #readPiece(at: number, bytesMax: number): Buffer | null {
    const { segments } = this.#input;
    const isOnDisk = segments.bytes > 0 && at < segments.end;
    return isOnDisk ? segments.read(at, bytesMax) : this.#recall(at, bytesMax);
  }

  #recall(offset: number, bytesMax: number): Buffer {
    const memory = Buffer.concat(this.#memory ?? []);
    const at = offset - (this.#end - memory.length);
    return memory.subarray(at, at + bytesMax);
  }

  changed(): void {
    for (const onChange of this.#watchers) onChange();
  }

  /** Resolves at the next bytes, when `changed` is called, or when `signal` is aborted. */
  async nextChange(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) return;
    const onChange = () => resolve();
    this.#watchers.add(onChange);
    signal.addEventListener("abort", onChange);
    await promise;
    this.#watchers.delete(onChange);
    // A follower's signal lives long: it must not collect a listener for each piece of output.
    signal.removeEventListener("abort", onChange);
  }

  /** Nothing more comes. */
  close(): void {
    this.#input.segments.close();
  }

  /** Forgets the output, on disk too. */
  remove(): void {
    this.#input.segments.remove();
    this.#memory = null;
  }
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
