// Dev holds the embedded stack: a pid alone may name another process by now, so files that keep one keep its start too.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const PROC = "/proc";

export interface ProcessIdentity {
  readonly pid: number;
  /** Start of the process in the system's own ticks, or, where there is no /proc (macOS), as `ps` writes it; null: gone. */
  readonly started: string | null;
}

/** True when a process of this pid exists, whoever owns it. A zombie does not count. */
export function isAlive(pid: number, proc = PROC): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !look(pid, proc)?.isZombie;
}

/** Who this pid is now. */
export function identify(pid: number, proc = PROC): ProcessIdentity {
  return { pid, started: look(pid, proc)?.started ?? null };
}

/** True while the very process that was identified is alive. Of one whose start is unknown nobody can say so: it is not. */
export function isSameProcess(identity: ProcessIdentity, proc = PROC): boolean {
  return (
    typeof identity.started === "string" &&
    isAlive(identity.pid, proc) &&
    identify(identity.pid, proc).started === identity.started
  );
}

/** The command line of a process, or null where it cannot be read. */
export function commandLine(pid: number, proc = PROC): string | null {
  if (!hasProc(proc)) return ps(pid, ["-o", "command="]);
  try {
    return readFileSync(`${proc}/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return null;
  }
}

interface Look {
  readonly isZombie: boolean;
  readonly started: string;
}

function look(pid: number, proc: string): Look | null {
  if (hasProc(proc)) return readStat(pid, proc);
  // "Ss   Sat Nov 28 18:13:15 2026": state, then the start to the second.
  const [, state, started] = /^(\S+)\s+(.+)$/.exec(ps(pid, ["-o", "stat=", "-o", "lstart="]) ?? "") ?? [];
  return state === undefined || started === undefined ? null : { isZombie: state.startsWith("Z"), started };
}

/** macOS has no such folder, or an empty one. */
function hasProc(proc: string): boolean {
  return existsSync(`${proc}/${process.pid}/stat`);
}

function readStat(pid: number, proc: string): Look | null {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold spaces and brackets itself; state is the third, start the 22nd (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[19] === undefined ? null : { isZombie: fields[0] === "Z", started: fields[19] };
  } catch {
    return null;
  }
}

function ps(pid: number, columns: readonly string[]): string | null {
  // The same words whatever the language and the time zone of whoever asks.
  const env = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  const { status, stdout } = spawnSync("ps", [...columns, "-p", String(pid)], { env, encoding: "utf8" });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : null;
}
