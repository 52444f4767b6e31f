// A lock between workers for the folder of a workspace. Node has no flock, so each holder is a file in a folder.
import { mkdir, readdir, rmdir, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { identify, isSameProcess } from "../../../../platform/system-processes.ts";
import { WorkspaceError } from "../../../driver.ts";

// The lock is held for tens of milliseconds while an agent starts, and shorter otherwise. Looking costs one readdir.
const lookAgainMs = 10;
// If two announce themselves at once, both withdraw. Randomness keeps them from doing it again.
const lookAgainJitterMs = 15;
// Long enough to wait for a start that waits for its agent, or a stop that waits for its processes.
const waitMaxMs = 30_000;

/** For work that is never aborted half-way. */
export const unbroken = new AbortController().signal;

let turns = 0;

/**
 * Runs `work` while no one else, in this or another process, holds the lock `folder`.
 *
 * First announce, then look: each caller creates a file with its own name, and continues only if no other living process has one.
 * Of two callers that announce at once, at least one sees the other. The file of a dead process does not count, and anyone may remove
 * it, because its name (pid and start) is never used again. So no lock ever has to be broken.
 */
export async function withFolderLock<Result>(
  folder: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  turns += 1;
  const { pid, started } = identify(process.pid);
  const mine = `${pid}.${started}.${turns}`;
  const until = performance.now() + waitMaxMs;
  while (!(await announce(folder, mine))) {
    signal.throwIfAborted();
    if (performance.now() > until) {
      throw new WorkspaceError(
        "driver_failed",
        "The workspace is busy: somebody else starts, stops or removes it.",
      );
    }
    await pause(lookAgainMs + Math.random() * lookAgainJitterMs);
  }
  try {
    return await work();
  } finally {
    await withdraw(folder, mine);
  }
}

/** True if we hold the lock now. */
async function announce(folder: string, mine: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    // Waiting callers only look. If they announced themselves, many of them would block each other for ever.
    if (await isTaken(folder, mine)) return false;
    await writeFile(path.join(folder, mine), "", { flag: "wx" });
  } catch (error) {
    // The last holder removed the folder just now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  if (!(await isTaken(folder, mine))) return true;
  await withdraw(folder, mine);
  return false;
}

/** Throws if it cannot read the folder, because then it does not know whether the lock is free. */
async function isTaken(folder: string, mine: string): Promise<boolean> {
  let taken = false;
  for (const name of await readdir(folder)) {
    if (name === mine) continue;
    const [pid, started] = name.split(".");
    if (isSameProcess({ pid: Number(pid), started: started ?? null })) taken = true;
    else await unlink(path.join(folder, name)).catch(() => undefined);
  }
  return taken;
}

async function withdraw(folder: string, mine: string): Promise<void> {
  await unlink(path.join(folder, mine)).catch(() => undefined);
  // Removes the folder only if it is empty, so never another holder's file.
  await rmdir(folder).catch(() => undefined);
}
