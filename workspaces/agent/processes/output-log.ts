// The workspace agent runs inside the workspace. This file: the output of one process: the newest bytes in memory for those
// who follow, all that fits on disk for those who come late. Offsets count from the first byte the process ever wrote.
import { OutputRing } from "./output-ring.ts";
import type { OutputSpool } from "./output-spool.ts";
import type { SpoolBudget } from "./spool-budget.ts";

export interface OutputLogLimits {
  readonly ringBytes: number;
  /** The process waits when more than this is not on disk yet. Smaller than the ring by what one read of a pipe may bring. */
  readonly unwrittenBytesMax: number;
}

const writeBytesMax = 256 * 1024;

export interface OutputLogParts {
  readonly spool: OutputSpool;
  readonly budget: SpoolBudget;
  readonly limits: OutputLogLimits;
  /** Bytes that there have been; what the spool lacks of them is lost. Absent: those of the spool. */
  readonly end?: number;
  /** The disk took no more: from here on only the ring is kept. */
  readonly onSpoolFault: (error: unknown) => void;
}

export class OutputLog {
  readonly #parts: OutputLogParts;
  readonly #ring: OutputRing;
  readonly #watchers = new Set<() => void>();
  #writing: Promise<void> | null = null;
  #spoolFailed = false;

  constructor(parts: OutputLogParts) {
    this.#parts = parts;
    this.#ring = new OutputRing(parts.limits.ringBytes, parts.end ?? parts.spool.end);
    parts.budget.add(parts.spool);
  }

  /** Bytes so far. */
  get end(): number {
    return this.#ring.end;
  }

  /** Offset of the first byte that can still be read. */
  get keptFrom(): number {
    const { spool } = this.#parts;
    // A gap between disk and memory would join what does not belong together: then only memory counts.
    return spool.end < this.#ring.start ? this.#ring.start : Math.min(spool.start, this.#ring.start);
  }

  /** False: pause the source until `drained`. */
  append(bytes: Uint8Array): boolean {
    this.#ring.append(bytes);
    this.#write();
    this.changed();
    return this.#unwritten <= this.#parts.limits.unwrittenBytesMax;
  }

  get #unwritten(): number {
    return this.#spoolFailed ? 0 : this.#ring.end - this.#parts.spool.end;
  }

  /** Resolves when all that was appended is on disk, or the disk takes no more. */
  async drained(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #write(): void {
    if (this.#writing !== null || this.#spoolFailed) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  async #writeAll(): Promise<void> {
    const { spool, budget, onSpoolFault } = this.#parts;
    try {
      while (spool.end < this.#ring.end) {
        await spool.append(this.#ring.read(spool.end, writeBytesMax));
        await budget.makeRoom();
      }
    } catch (error) {
      this.#spoolFailed = true;
      onSpoolFault(error);
    }
  }

  /** Up to `bytesMax` bytes from `offset`, or from the first byte kept when that is later. Empty at the end. */
  async read(
    offset: number,
    bytesMax: number,
  ): Promise<{ readonly offset: number; readonly bytes: Uint8Array }> {
    for (;;) {
      const at = Math.max(offset, this.keptFrom);
      if (at >= this.#ring.start) return { offset: at, bytes: this.#ring.read(at, bytesMax) };
      const bytes = await this.#parts.spool.read(at, bytesMax);
      if (bytes !== null) return { offset: at, bytes };
    }
  }

  /** Calls back at the next bytes, or when `changed` is called. Returns how to stop that. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => {
      this.#watchers.delete(onChange);
    };
  }

  changed(): void {
    for (const onChange of this.#watchers) onChange();
  }

  /** Nothing more comes: memory is given back, unless only memory has the output. */
  async close(): Promise<void> {
    await this.drained();
    const { spool } = this.#parts;
    await spool.close();
    if (!this.#spoolFailed) {
      this.#ring.release();
      return;
    }
    this.#ring.shrink();
    // Cut off from what memory has, it can be read by nobody and takes up a full disk.
    if (spool.end < this.#ring.start) await spool.remove();
  }

  /** Forgets the output, on disk too. */
  async remove(): Promise<void> {
    await this.drained();
    this.#parts.budget.remove(this.#parts.spool);
    await this.#parts.spool.remove();
    this.#ring.release();
  }
}
