// The workspace agent runs inside the workspace. This file: waiting for a process without asking it again and again.
import type { ManagedProcess } from "./managed-process.ts";

/** Resolves at the next bytes of a process, at its end, or when `signal` is aborted. */
export async function nextChange(process: ManagedProcess, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return;
  const onChange = () => resolve();
  const unwatch = process.log.watch(onChange);
  signal.addEventListener("abort", onChange);
  await promise;
  unwatch();
  // A follower's signal lives long: it must not collect a listener for each piece of output.
  signal.removeEventListener("abort", onChange);
}
