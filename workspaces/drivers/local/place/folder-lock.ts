// Workspaces: workers share the folders of workspaces, and take turns at each. Node has no flock, so a turn is a file.
import { mkdir, readdir, rmdir, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { identify, isSameProcess } from "../../../../platform/system-processes.ts";
import { WorkspaceError } from "../../../driver.ts";

// A turn takes tens of milliseconds when an agent is started, less else; looking costs one readdir.
const lookAgainMs = 10;
// Two that announced themselves at once both withdraw; chance parts them.
const lookAgainJitterMs = 15;
// Behind a start that waits for its agent, or a stop that waits for processes to end; longer, and a turn has gone wrong.
const waitMaxMs = 30_000;

let turns = 0;

/**
 * Runs `work` while nobody else, here or in another process, runs work under the lock `folder`.
 *
 * First announce, then look: each puts up a file with a name of its own and goes ahead only if no other living process has one
 * up. Of two that announce at once at least one sees the other, whatever their speed. A dead process's file counts for nothing and
 * can be removed by anybody, for its name (pid and start) never comes back; so there is no lock to break, and no race to do it.
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

/** True when the turn is ours. */
async function announce(folder: string, mine: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    // Those who wait look only, or a crowd would keep itself from ever starting.
    if (await isTaken(folder, mine)) return false;
    await writeFile(path.join(folder, mine), "", { flag: "wx" });
  } catch (error) {
    // The folder was removed by its last user in this moment.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  if (!(await isTaken(folder, mine))) return true;
  await withdraw(folder, mine);
  return false;
}

/** Throws where it cannot look: not to see anybody is not to know that nobody is there. */
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
  // Only an empty folder goes: somebody else's turn is never taken away.
  await rmdir(folder).catch(() => undefined);
}
