// The workspace agent runs inside the workspace. This file: how much disk the output of all processes may hold together.
import type { OutputSpool } from "./output-spool.ts";

export class SpoolBudget {
  readonly #bytesMax: number;
  /** Oldest first. */
  readonly #spools = new Set<OutputSpool>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(spool: OutputSpool): void {
    this.#spools.add(spool);
  }

  remove(spool: OutputSpool): void {
    this.#spools.delete(spool);
  }

  get bytes(): number {
    let total = 0;
    for (const spool of this.#spools) total += spool.bytes;
    return total;
  }

  /** Drops the oldest output of ended processes, then the beginnings of the longest of running ones. */
  async makeRoom(): Promise<void> {
    while (this.bytes > this.#bytesMax) {
      const victim = this.#victim();
      if (victim === null) return;
      await victim.dropOldest();
    }
  }

  #victim(): OutputSpool | null {
    let longest: OutputSpool | null = null;
    for (const spool of this.#spools) {
      if (!spool.droppable) continue;
      if (!spool.writing) return spool;
      if (longest === null || spool.bytes > longest.bytes) longest = spool;
    }
    return longest;
  }
}
