// The workspace agent runs inside the workspace. This file: keys outlive their processes, so that none is ever run again.
// What is forgotten is the output; how the process ended stays known for as long as its key.
import type { ProcessInfo } from "../api.ts";
import { JsonLines } from "../wire/json-lines.ts";

export interface ForgottenProcess {
  readonly digest: string;
  readonly order: number;
  /** Its command is cut. */
  readonly process: ProcessInfo;
}

export class ForgottenProcesses {
  readonly #lines: JsonLines<ForgottenProcess>;
  /** Oldest first. */
  readonly #byKey: Map<string, ForgottenProcess>;
  readonly #max: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(lines: JsonLines<ForgottenProcess>, byKey: Map<string, ForgottenProcess>, max: number) {
    this.#lines = lines;
    this.#byKey = byKey;
    this.#max = max;
  }

  /** Reads, or makes, the file at `path`. */
  static async open(path: string, max: number): Promise<ForgottenProcesses> {
    const { lines, entries } = await JsonLines.open<ForgottenProcess>(path);
    const byKey = new Map(entries.map((entry) => [entry.process.key, entry]));
    const forgotten = new ForgottenProcesses(lines, byKey, max);
    await forgotten.#trim();
    return forgotten;
  }

  get(key: string): ForgottenProcess | undefined {
    return this.#byKey.get(key);
  }

  get newestOrder(): number {
    let newest = 0;
    for (const { order } of this.#byKey.values()) newest = Math.max(newest, order);
    return newest;
  }

  /** Resolves when it is written down; throws what the disk throws, and then it is not forgotten. */
  async add(entry: ForgottenProcess): Promise<void> {
    const written = this.#writing.then(async () => {
      await this.#lines.append(entry);
      this.#byKey.set(entry.process.key, entry);
      await this.#trim();
    });
    this.#writing = written.catch(() => undefined);
    await written;
  }

  async #trim(): Promise<void> {
    for (const key of this.#byKey.keys()) {
      if (this.#byKey.size <= this.#max) break;
      this.#byKey.delete(key);
    }
    // Twice the keys: rewriting the file is then rare enough not to be felt.
    if (this.#lines.count > 2 * this.#max) await this.#lines.rewrite([...this.#byKey.values()]);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#lines.close();
  }
}
