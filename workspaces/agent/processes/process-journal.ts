// The workspace agent runs inside the workspace. This file: what the daemon writes down of processes, so that its successor
// knows them: a folder each, named by a hash of the key, with start.json, pid.json, end.json and the segments of the output.
import { createHash } from "node:crypto";
import { closeSync, fsync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AgentError } from "../api.ts";
import type { ProcessIdentity } from "./process-identity.ts";

export interface StartRecord {
  readonly key: string;
  /** Of all that was asked for: the same key with another digest is a conflict. */
  readonly digest: string;
  readonly command: string;
  readonly cwd: string;
  readonly started_at: string;
  /** Rises with each process. */
  readonly order: number;
}

export interface EndRecord {
  readonly state: "exited" | "lost";
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly start_error: string | null;
  readonly ended_at: string | null;
  readonly elapsed_ms: number;
  readonly output_bytes: number;
}

export interface JournaledProcess {
  readonly folder: string;
  readonly start: StartRecord;
  readonly identity: ProcessIdentity | null;
  readonly end: EndRecord | null;
  /** When it last wrote, or was written about. */
  readonly seen_at: Date;
}

export class ProcessJournal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes down that the process is about to be started; resolves when it is on disk, power failures included. Throws
   * `outcome_unknown` when it is written down already: making a folder succeeds once, whoever tries.
   */
  async begin(start: StartRecord): Promise<string> {
    const folder = join(this.#folder, folderName(start.key));
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      throw journalFault(error, start.key);
    }
    try {
      await writeDurably(join(folder, "start.json"), JSON.stringify(start));
    } catch (error) {
      // Nothing has run: the key is free again.
      await rm(folder, { recursive: true, force: true });
      throw journalFault(error, start.key);
    }
    return folder;
  }

  /** For a successor that finds the process still running. */
  identify(folder: string, identity: ProcessIdentity): void {
    tryToWrite(join(folder, "pid.json"), JSON.stringify(identity));
  }

  end(folder: string, end: EndRecord): void {
    tryToWrite(join(folder, "end.json"), JSON.stringify(end));
  }

  async forget(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** All processes written down, oldest first. What was never started is removed. */
  async load(): Promise<readonly JournaledProcess[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const loaded: JournaledProcess[] = [];
    for (const name of await readdir(this.#folder)) {
      const folder = join(this.#folder, name);
      const start = await readJson<StartRecord>(join(folder, "start.json"));
      // A start that is not written in full never happened: the process is spawned after that.
      if (start === null) await this.forget(folder);
      else loaded.push(await loadRest(folder, start));
    }
    return loaded.sort((a, b) => a.start.order - b.start.order);
  }
}

async function loadRest(folder: string, start: StartRecord): Promise<JournaledProcess> {
  const identity = await readJson<ProcessIdentity>(join(folder, "pid.json"));
  const end = await readJson<EndRecord>(join(folder, "end.json"));
  return { folder, start, identity, end, seen_at: await newestIn(folder) };
}

async function newestIn(folder: string): Promise<Date> {
  const names = await readdir(folder);
  const stats = await Promise.all(names.map(async (name) => stat(join(folder, name))));
  return new Date(Math.max(0, ...stats.map(({ mtimeMs }) => mtimeMs)));
}

/** Keys may be `..`, and differ in case alone: neither is a name for a folder everywhere. */
function folderName(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 40);
}

const toDisk = promisify(fsync);

// Small files are written without waiting for a thread, which takes longer than the writing; the disk itself is awaited.
async function writeDurably(path: string, text: string): Promise<void> {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, text);
    // A command must not run twice because the machine lost power after it ran once.
    await toDisk(file);
  } finally {
    closeSync(file);
  }
}

/** On a full disk a successor will not know it; for us it goes on. */
function tryToWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch {
    // Half a file is not read, and says no more than none.
  }
}

function journalFault(error: unknown, key: string): AgentError {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EEXIST":
      return new AgentError(
        "outcome_unknown",
        `Another agent has begun ${key}: what came of it is not known.`,
      );
    case "ENOSPC":
    case "EDQUOT":
      return new AgentError("no_space", "The disk is full: the start cannot be written down.");
    default:
      return new AgentError("io_error", `The start cannot be written down: ${(error as Error).message}`);
  }
}

async function readJson<Value>(path: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Value;
  } catch {
    return null;
  }
}
