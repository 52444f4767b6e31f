// Runs a search program until it ends, its output is enough, its time is over, or the call is interrupted. Leaves no process behind.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { searchErrorBytesMax, searchKillAfterMs, searchTimeMaxMs } from "../file-limits.ts";

export interface SearchProcess {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** A descriptor that the program has as its third; none when absent. */
  readonly opened?: number;
  readonly signal: AbortSignal;
  /** Takes output as it comes; "enough" ends the program. */
  onOutput(chunk: Buffer): "more" | "enough";
  readonly timeMaxMs?: number;
  readonly killAfterMs?: number;
}

export interface SearchEnd {
  readonly reason: "exit" | "enough" | "timeout";
  readonly exit_code: number | null;
  /** The beginning of what it wrote to stderr. */
  readonly stderr: string;
}

/**
 * Runs the program with an empty environment, so that no configuration of the host reaches it. Resolves once it has ended.
 * Rejects with the signal's reason after an abort, and with the system's error when it cannot be started.
 */
export async function runSearchProcess(search: SearchProcess): Promise<SearchEnd> {
  search.signal.throwIfAborted();
  const child = spawn(search.file, search.args, {
    cwd: search.cwd,
    env: {},
    stdio: ["ignore", "pipe", "pipe", search.opened ?? "ignore"],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let reason: SearchEnd["reason"] = "exit";
  let stderr = Buffer.alloc(0);
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (why: SearchEnd["reason"]): void => {
    if (killTimer !== undefined) return;
    reason = why;
    child.kill("SIGTERM");
    killTimer = setTimeout(() => child.kill("SIGKILL"), search.killAfterMs ?? searchKillAfterMs);
  };
  const onAbort = (): void => stop("exit");
  const timer = setTimeout(() => stop("timeout"), search.timeMaxMs ?? searchTimeMaxMs);
  search.signal.addEventListener("abort", onAbort, { once: true });
  child.stdout.on("data", (chunk: Buffer) => {
    // The pipe is still drained after the stop: a program that cannot write does not end.
    if (killTimer === undefined && search.onOutput(chunk) === "enough") stop("enough");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < searchErrorBytesMax) stderr = Buffer.concat([stderr, chunk]);
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    search.signal.throwIfAborted();
    return { reason, exit_code: exitCode, stderr: stderr.subarray(0, searchErrorBytesMax).toString() };
  } finally {
    clearTimeout(timer);
    clearTimeout(killTimer);
    search.signal.removeEventListener("abort", onAbort);
  }
}
