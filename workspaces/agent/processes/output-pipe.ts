// The pipe through which a process's output comes. What Node gives
// a child as "pipe" is a socket: `> /dev/stderr` fails on it, and stdout and stderr would be two of them whose order is lost.
// A FIFO is a pipe that Node can open: one end for us, the other as stdout and stderr both, as a terminal would have it.
// Not for stdin: a FIFO opened again by name (/dev/stdin) after its writer has closed it waits for one for ever.
import { execFile } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pipesReady } from "../agent-limits.ts";

const run = promisify(execFile);

/** File descriptors. Ours, to read from, does not block; theirs does, as programs expect. */
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

  /** `folder` is the pool's own: what is in it is removed. */
  constructor(folder: string) {
    this.#folder = folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
  }

  /** Null where FIFOs cannot be made: use Node's own pipes. */
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

  /** Makes FIFOs ahead; never throws. */
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
      // No such program, or a file system without FIFOs: neither changes while we run.
      this.#unavailable = true;
    }
  }
}

function openPipe(path: string): OutputPipe {
  // Opening one end of a FIFO waits for the other, except the reading end when it does not block: that comes first.
  const ours = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return { ours, theirs: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(ours);
    throw error;
  }
}
