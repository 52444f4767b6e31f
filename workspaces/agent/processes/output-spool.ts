// The workspace agent runs inside the workspace. This file: the output of a process on disk, in segments that are files
// named by the offset of their first byte. The oldest are removed when there is too much: files cannot lose their beginning.
import { type FileHandle, open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

interface Segment {
  readonly start: number;
  length: number;
}

// Digits of the largest safe integer, so that names sort as numbers do.
const offsetDigits = 16;
const segmentName = /^output-(\d{16})$/;

export interface SpoolLimits {
  readonly segmentBytes: number;
  readonly spoolBytesMax: number;
}

export class OutputSpool {
  readonly #folder: string;
  readonly #limits: SpoolLimits;
  readonly #segments: Segment[];
  #end: number;
  #handle: FileHandle | null = null;

  constructor(folder: string, limits: SpoolLimits, segments: readonly Segment[] = []) {
    this.#folder = folder;
    this.#limits = limits;
    this.#segments = [...segments];
    const last = segments.at(-1);
    this.#end = last === undefined ? 0 : last.start + last.length;
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

  /** Whether a segment could be dropped: all but the one being written. */
  get droppable(): boolean {
    return this.#segments.length > (this.#handle === null ? 0 : 1);
  }

  get writing(): boolean {
    return this.#handle !== null;
  }

  /** Appends; calls must follow one another. Throws what the disk throws: then what it has ends before `bytes`. */
  async append(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const segment = await this.#current();
      const piece = rest.subarray(0, this.#limits.segmentBytes - segment.length);
      const handle = this.#handle;
      if (handle === null) throw new Error("the spool is closed");
      const { bytesWritten } = await handle.write(piece);
      segment.length += bytesWritten;
      this.#end += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
    while (this.bytes > this.#limits.spoolBytesMax && this.droppable) await this.dropOldest();
  }

  async #current(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (this.#handle !== null && last !== undefined && last.length < this.#limits.segmentBytes) return last;
    await this.close();
    const segment = { start: this.#end, length: 0 };
    // `wx`: a file that is there already would be someone else's output.
    this.#handle = await open(this.#path(segment), "wx", 0o600);
    this.#segments.push(segment);
    return segment;
  }

  /** Up to `bytesMax` bytes from `offset`, of one segment. Null: they are gone, and `start` may have risen. */
  async read(offset: number, bytesMax: number): Promise<Buffer | null> {
    const segment = this.#segments.find(({ start, length }) => offset >= start && offset < start + length);
    if (segment === undefined) return null;
    const at = offset - segment.start;
    const buffer = Buffer.allocUnsafe(Math.min(bytesMax, segment.length - at));
    const bytesRead = await readInto(this.#path(segment), buffer, at).catch(() => 0);
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    // Removed meanwhile, or unreadable: what is before it cannot be joined to what is after.
    const index = this.#segments.indexOf(segment);
    if (index >= 0) this.#segments.splice(0, index + 1);
    return null;
  }

  async dropOldest(): Promise<void> {
    if (!this.droppable) return;
    const segment = this.#segments.shift();
    if (segment !== undefined) await unlink(this.#path(segment)).catch(() => undefined);
  }

  /** Nothing more is written. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => undefined);
  }

  async remove(): Promise<void> {
    await this.close();
    while (this.#segments.length > 0) await this.dropOldest();
  }

  #path(segment: Segment): string {
    return join(this.#folder, `output-${String(segment.start).padStart(offsetDigits, "0")}`);
  }
}

async function readInto(path: string, buffer: Buffer, position: number): Promise<number> {
  const handle = await open(path, "r");
  try {
    return (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
  } finally {
    await handle.close();
  }
}

/** The spool that an earlier daemon left in `folder`: the newest segments without a gap. */
export async function loadSpool(folder: string, limits: SpoolLimits): Promise<OutputSpool> {
  const starts = (await readdir(folder))
    .flatMap((name) => {
      const digits = segmentName.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    })
    .sort((a, b) => a - b);
  let segments: Segment[] = [];
  for (const start of starts) {
    const name = `output-${String(start).padStart(offsetDigits, "0")}`;
    const { size } = await stat(join(folder, name));
    const last = segments.at(-1);
    if (last !== undefined && last.start + last.length !== start) segments = [];
    segments.push({ start, length: size });
  }
  return new OutputSpool(folder, limits, segments);
}
