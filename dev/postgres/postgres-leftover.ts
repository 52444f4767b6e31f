// Dev holds the embedded stack: what a killed predecessor left in Postgres' folder is put in order before a start.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commandLine, isAlive } from "../../platform/system-processes.ts";
import { StartError } from "../start-error.ts";

const END_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * Ends a Postgres that still runs on these files, and removes a `postmaster.pid` whose process is gone or is something
 * else by now: Postgres itself would refuse to start beside any living process of that number.
 * The caller holds the lock of the data folder, so nobody else's server is ended.
 */
export async function endLeftover(files: string): Promise<void> {
  const pidFile = join(files, "postmaster.pid");
  const pid = readPid(pidFile);
  if (pid === null) return;
  if (isAlive(pid) && isPostgresOf(pid, files)) {
    process.kill(pid, "SIGINT");
    const deadline = Date.now() + END_WITHIN_MS;
    while (isAlive(pid)) {
      if (Date.now() > deadline)
        throw new StartError(`An old Postgres (process ${pid}) still uses ${files} and does not stop.`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
  rmSync(pidFile, { force: true });
}

function readPid(pidFile: string): number | null {
  try {
    // The first line is the pid of the postmaster.
    const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isPostgresOf(pid: number, files: string): boolean {
  const command = commandLine(pid);
  // A process nobody can tell about is not signalled: it may be anybody's. Postgres itself refuses to start beside its own.
  return command !== null && command.includes("postgres") && command.includes(files);
}
