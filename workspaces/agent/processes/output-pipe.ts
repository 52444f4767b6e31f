// The pipe for a process's output. Node's "pipe" is a socket: `> /dev/stderr` fails on it, and with two of them the order of
// stdout and stderr is lost. A FIFO is a real pipe that Node can open: the agent reads one end, and the process has the other as
// both stdout and stderr, like a terminal. Stdin is not a FIFO: opening /dev/stdin after its writer has closed it would wait for
// ever.
import { execFile } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pipesReady } from "../agent-limits.ts";

const run = promisify(execFile);

/** File descriptors. The agent's end does not block; the process's end does, as programs expect. */
export interface OutputPipe {
  readonly ours: number;
  readonly theirs: number;
}

export class PipePool {
  readonly #folder: string;
  readonly #ready: string[] = [];
  #made = 0;
  #making: Promise<void> | null = null;
  #unavailable = false;

  /** `folder` belongs to the pool, which removes everything in it. */
  constructor(folder: string) {
    this.#folder = folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
  }

  /** Null when FIFOs cannot be made. Then use Node's pipes. */
  async take(): Promise<OutputPipe | null> {
    if (this.#ready.length === 0) await this.fill();
    const path = this.#ready.shift();
    if (path === undefined) return null;
    if (this.#ready.length < pipesReady / 2) void this.fill();
    try {
      return openPipe(path);
    } finally {
      unlinkSync(path);
    }
  }

  /** Makes FIFOs in advance. Never throws. */
  async fill(): Promise<void> {
    if (this.#unavailable) return;
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    await this.#making;
  }

  async #make(): Promise<void> {
    const count = pipesReady - this.#ready.length;
    const paths = Array.from({ length: count }, () => join(this.#folder, String(this.#made++)));
    try {
      await run("mkfifo", ["-m", "600", ...paths]);
      this.#ready.push(...paths);
    } catch {
      // There is no such program, or the file system has no FIFOs. Neither changes while the agent runs.
      this.#unavailable = true;
    }
  }
}

function openPipe(path: string): OutputPipe {
  // Opening one end of a FIFO waits for the other end. Only a non-blocking reader does not wait, so it comes first.
  const ours = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return { ours, theirs: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(ours);
    throw error;
  }
}
