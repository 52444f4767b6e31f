// Where the built console is, and whether it is being built right now: what the builder writes and the API reads.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const CONSOLE_ROOT = fileURLToPath(new URL("../../console", import.meta.url));

/** A build takes a minute at most. An older lock was left behind, and its process id may be another program's by now. */
const LOCK_MAX_MS = 10 * 60_000;

export interface ConsoleFolder {
  /** The built files. */
  readonly dist: string;
  /** Is there while a process builds them; contains its id. */
  readonly lock: string;
}

export function consoleFolder(root = CONSOLE_ROOT): ConsoleFolder {
  return { dist: join(root, "dist"), lock: join(root, ".cache", "building") };
}

/** Whether a process that lives builds the console. A lock that a dead one left does not count. */
export function isConsoleBeingBuilt({ lock }: Pick<ConsoleFolder, "lock">, nowMs = Date.now()): boolean {
  try {
    const { mtimeMs } = statSync(lock);
    return nowMs - mtimeMs < LOCK_MAX_MS && isAlive(Number(readFileSync(lock, "utf8")));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
