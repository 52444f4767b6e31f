// Runs a search program until it ends, its output is enough, its time is over, or the call is interrupted. Leaves no process behind.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { searchErrorBytesMax, searchTimeMaxMs } from "../file-limits.ts";

export interface SearchProcess {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** A descriptor that the program has as its third; none when absent. */
  readonly opened?: number;
  readonly signal: AbortSignal;
  /** Takes output as it comes; "enough" ends the program. */
  onOutput(chunk: Buffer): "more" | "enough";
  readonly timeMaxMs?: number | undefined;
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
  const { signal, timeMaxMs = searchTimeMaxMs } = search;
  signal.throwIfAborted();
  const child = spawn(search.file, search.args, {
    cwd: search.cwd,
    env: {},
    stdio: ["ignore", "pipe", "pipe", search.opened ?? "ignore"],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let reason: SearchEnd["reason"] = "exit";
  let stderr = Buffer.alloc(0);
  // It only reads, so nothing is left half done.
  const stop = (why: SearchEnd["reason"]): void => {
    if (!child.killed && child.kill("SIGKILL")) reason = why;
  };
  const onAbort = (): void => stop("exit");
  const timer = setTimeout(stop, timeMaxMs, "timeout");
  signal.addEventListener("abort", onAbort, { once: true });
  child.stdout.on("data", (chunk: Buffer) => {
    if (!child.killed && search.onOutput(chunk) === "enough") stop("enough");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < searchErrorBytesMax) stderr = Buffer.concat([stderr, chunk]);
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    signal.throwIfAborted();
    return { reason, exit_code: exitCode, stderr: stderr.subarray(0, searchErrorBytesMax).toString() };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
