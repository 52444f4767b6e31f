// Dev holds the embedded stack: a pid alone may name another process by now, so files that keep one keep its start too.
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Start of the process in the system's own ticks; null where the system does not tell. */
  readonly started: string | null;
}

/** True when a process of this pid exists, whoever owns it. A zombie does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return statFields(pid)?.[0] !== "Z";
}

/** Who this pid is now. */
export function identify(pid: number): ProcessIdentity {
  // Field 22 of /proc/<pid>/stat is the start time (proc(5)); fields here begin with the third.
  return { pid, started: statFields(pid)?.[19] ?? null };
}

/** True while the very process that was identified is alive. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  return (
    isAlive(identity.pid) &&
    (identity.started === null || identify(identity.pid).started === identity.started)
  );
}

/** The command line of a process, or null where it cannot be read. */
export function commandLine(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return null;
  }
}

function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold spaces and brackets itself.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
