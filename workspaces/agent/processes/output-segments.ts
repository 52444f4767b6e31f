// The output of one process on disk, in segments: files named by the offset of their first byte, of which the oldest can be
// dropped. Written and read at once: that is a copy to or from the system's cache, and whoever writes faster than the disk
// takes it has to wait.
import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface SegmentLimits {
  readonly segmentBytes: number;
  /** Of one process. */
  readonly outputBytesMax: number;
}

interface Segment {
  readonly start: number;
  length: number;
}

// Digits of the largest safe integer, so that names sort as numbers do.
const offsetDigits = 16;

export class OutputSegments {
  readonly #folder: string;
  readonly #limits: SegmentLimits;
  readonly #budget: OutputBudget;
  readonly #segments: Segment[] = [];
  #end = 0;
  /** When an earlier agent wrote to it last; 0 when none has. */
  writtenAtMs = 0;
  /** Of the last segment, while it is written to. */
  #file: number | null = null;

  /** `folder` is the process's own; it is made with the first byte. What an earlier agent left in it is taken over. */
  constructor(folder: string, limits: SegmentLimits, budget: OutputBudget) {
    this.#folder = folder;
    this.#limits = limits;
    this.#budget = budget;
    this.#load();
    if (this.#segments.length > 0) budget.add(this);
  }

  /** The newest segments without a gap. */
  #load(): void {
    for (const { name, start } of segmentsIn(this.#folder)) {
      const { size, mtimeMs } = statSync(join(this.#folder, name));
      if (start !== this.#end) this.dropAll();
      this.#segments.push({ start, length: size });
      this.#end = start + size;
      this.writtenAtMs = mtimeMs;
    }
  }

  /** Offset of the first byte on disk; `end` when there is none. */
  get start(): number {
    return this.#segments[0]?.start ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#end - this.start;
  }

  get isOpen(): boolean {
    return this.#file !== null;
  }

  /** Whether a segment could be dropped: all but the one that is written to. */
  get canDrop(): boolean {
    return this.#segments.length > (this.isOpen ? 1 : 0);
  }

  /** Throws what the disk throws; then a part of `bytes` may be there, as `end` tells. */
  append(bytes: Uint8Array): void {
    const { segmentBytes, outputBytesMax } = this.#limits;
    for (let at = 0; at < bytes.length; ) {
      const { file, segment } = this.#current();
      const room = segmentBytes - segment.length;
      const written = writeSync(file, bytes, at, Math.min(bytes.length - at, room));
      segment.length += written;
      this.#end += written;
      at += written;
      while (this.bytes > outputBytesMax && this.canDrop) this.dropOldest();
      this.#budget.makeRoom();
    }
  }

  #current(): { readonly file: number; readonly segment: Segment } {
    const last = this.#segments.at(-1);
    if (this.#file !== null && last !== undefined && last.length < this.#limits.segmentBytes) {
      return { file: this.#file, segment: last };
    }
    this.close();
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const segment = { start: this.#end, length: 0 };
    // `wx`: a file that is there already would be someone else's output.
    const file = openSync(this.#pathOf(segment), "wx", 0o600);
    this.#file = file;
    this.#segments.push(segment);
    this.#budget.add(this);
    return { file, segment };
  }

  /** Up to `bytesMax` bytes from `offset`, of one segment. Null: they are gone, and `start` may have risen. */
  read(offset: number, bytesMax: number): Buffer | null {
    const segment = this.#segments.find(({ start, length }) => offset >= start && offset < start + length);
    if (segment === undefined) return null;
    const at = offset - segment.start;
    const buffer = Buffer.allocUnsafe(Math.min(bytesMax, segment.length - at));
    const bytesRead = readInto(this.#pathOf(segment), buffer, at);
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    // Removed by somebody, or unreadable: what is before it cannot be joined to what is after.
    this.#segments.splice(0, this.#segments.indexOf(segment) + 1);
    return null;
  }

  dropOldest(): void {
    const oldest = this.#segments.shift();
    if (oldest === undefined) return;
    if (this.#segments.length === 0) this.close();
    rmSync(this.#pathOf(oldest), { force: true });
  }

  dropAll(): void {
    while (this.#segments.length > 0) this.dropOldest();
  }

  /** Nothing more is written. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  remove(): void {
    this.dropAll();
    this.#budget.remove(this);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pathOf({ start }: Segment): string {
    return join(this.#folder, `output-${String(start).padStart(offsetDigits, "0")}`);
  }
}

function segmentsIn(folder: string): readonly { readonly name: string; readonly start: number }[] {
  try {
    return readdirSync(folder)
      .toSorted()
      .flatMap((name) => {
        const digits = /^output-(\d{16})$/.exec(name)?.[1];
        return digits === undefined ? [] : { name, start: Number(digits) };
      });
  } catch {
    // There was no output.
    return [];
  }
}

/** Zero when nothing can be read there. */
function readInto(path: string, buffer: Buffer, position: number): number {
  try {
    const file = openSync(path, "r");
    try {
      return readSync(file, buffer, 0, buffer.length, position);
    } finally {
      closeSync(file);
    }
  } catch {
    return 0;
  }
}

/** How much disk the output of all processes may hold together. */
export class OutputBudget {
  readonly #bytesMax: number;
  /** Oldest first. */
  readonly #all = new Set<OutputSegments>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    let total = 0;
    for (const one of this.#all) total += one.bytes;
    return total;
  }

  add(segments: OutputSegments): void {
    this.#all.add(segments);
  }

  remove(segments: OutputSegments): void {
    this.#all.delete(segments);
  }

  /** Drops the oldest output of ended processes, then the beginnings of the longest of running ones. */
  makeRoom(): void {
    while (this.bytes > this.#bytesMax) {
      const candidates = [...this.#all].filter(({ canDrop }) => canDrop);
      const longest = candidates.toSorted((a, b) => b.bytes - a.bytes)[0];
      const victim = candidates.find(({ isOpen }) => !isOpen) ?? longest;
      if (victim === undefined) return;
      victim.dropOldest();
    }
  }
}
