// The workspace agent runs inside the workspace. This file: a file of JSON records, one a line, to which records are added.
import { type FileHandle, open, readFile, rename } from "node:fs/promises";

export class JsonLines<Entry> {
  readonly #path: string;
  #handle: FileHandle;
  #lines: number;

  private constructor(path: string, handle: FileHandle, lines: number) {
    this.#path = path;
    this.#handle = handle;
    this.#lines = lines;
  }

  /** Opens or makes the file. `entries`: what is in it, without lines that a crash or a full disk left half. */
  static async open<Entry>(path: string): Promise<{ lines: JsonLines<Entry>; entries: readonly Entry[] }> {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const entries = text.split("\n").flatMap((line) => parsed<Entry>(line));
    const handle = await open(path, "a", 0o600);
    return { lines: new JsonLines<Entry>(path, handle, entries.length), entries };
  }

  /** Lines in the file, records of the same thing counted each. */
  get count(): number {
    return this.#lines;
  }

  /** Resolves when the kernel has it: it survives the death of the daemon. Throws what the disk throws. */
  async append(entry: Entry): Promise<void> {
    // The line break comes first: it ends a line that a full disk left half, so that this one can be read.
    const line = Buffer.from(`\n${JSON.stringify(entry)}`);
    const { bytesWritten } = await this.#handle.write(line);
    if (bytesWritten < line.length) throw Object.assign(new Error("the disk is full"), { code: "ENOSPC" });
    this.#lines += 1;
  }

  /** Replaces all records, at once or not at all. No `append` may run meanwhile. */
  async rewrite(entries: readonly Entry[]): Promise<void> {
    const temporary = `${this.#path}.new`;
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(entries.map((entry) => `\n${JSON.stringify(entry)}`).join(""));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.#path);
    await this.#handle.close();
    this.#handle = await open(this.#path, "a", 0o600);
    this.#lines = entries.length;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function parsed<Entry>(line: string): Entry[] {
  if (line === "") return [];
  try {
    return [JSON.parse(line) as Entry];
  } catch {
    return [];
  }
}
