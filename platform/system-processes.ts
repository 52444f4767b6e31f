// Reads what the system knows about processes, from /proc or, on systems without it (macOS), from `ps`.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const PROC = "/proc";
const PS_OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface SystemProcess {
  readonly pid: number;
  readonly parent: number;
  /** The process group: the pid of its leader. */
  readonly group: number;
  /** Starts with `Z` for a zombie and `T` for a stopped process. */
  readonly state: string;
  /** When it started, in the system's ticks, or as `ps` writes it. Pids are used again; starts are not. */
  readonly started: string;
}

export interface ProcessIdentity {
  readonly pid: number;
  /** Null if the process was already gone. */
  readonly started: string | null;
}

/** The process with this pid, even a zombie. Null if there is none. */
export function readProcess(pid: number, proc = PROC): SystemProcess | null {
  if (!hasProc(proc)) return ps(["-p", String(pid)])[0] ?? null;
  return parseStat(pid, readProcFile(pid, "stat", proc));
}

/** The pids of all processes that are visible from here, including zombies. */
export function processIds(proc = PROC): readonly number[] {
  if (!hasProc(proc)) return ps(["-ax"]).map(({ pid }) => pid);
  return readdirSync(proc).flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
}

/** All processes that are visible from here, including zombies. */
export function listProcesses(proc = PROC): readonly SystemProcess[] {
  if (!hasProc(proc)) return ps(["-ax"]);
  return processIds(proc).flatMap((pid) => parseStat(pid, readProcFile(pid, "stat", proc)) ?? []);
}

/** True if a process with this pid exists, whoever owns it. A zombie does not count. */
export function isAlive(pid: number, proc = PROC): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return readProcess(pid, proc)?.state[0] !== "Z";
}

export function identify(pid: number, proc = PROC): ProcessIdentity {
  return { pid, started: readProcess(pid, proc)?.started ?? null };
}

/** True while the very process that was identified is alive. If its start is unknown, nobody can say so: false. */
export function isSameProcess(identity: ProcessIdentity, proc = PROC): boolean {
  const { pid, started } = identity;
  return typeof started === "string" && isAlive(pid, proc) && identify(pid, proc).started === started;
}

/** The command line of a process, its arguments joined by spaces. Null if it cannot be read. */
export function commandLine(pid: number, proc = PROC): string | null {
  if (!hasProc(proc)) return runPs(["-o", "command=", "-p", String(pid)])?.trim() || null;
  const text = readProcFile(pid, "cmdline", proc);
  return text === "" ? null : Buffer.from(text, "latin1").toString("utf8").replaceAll("\0", " ");
}

/**
 * A file of /proc/<pid>, one byte per character, because arguments and variables may contain any bytes. Empty for
 * processes that are gone or not ours to read, and on systems without /proc.
 */
export function readProcFile(
  pid: number,
  name: "stat" | "status" | "cmdline" | "environ" | "limits",
  proc = PROC,
): string {
  try {
    return readFileSync(`${proc}/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

/** macOS has no such folder, or an empty one. */
export function hasProc(proc = PROC): boolean {
  return existsSync(`${proc}/${process.pid}/stat`);
}

/** proc_pid_stat(5). The second field is the name in brackets, which may itself contain spaces and brackets. */
function parseStat(pid: number, stat: string): SystemProcess | null {
  const [state, parent, group, ...more] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // The start is the 22nd field.
  const started = more[16];
  if (state === undefined || started === undefined) return null;
  return { pid, parent: Number(parent), group: Number(group), state, started };
}

function ps(which: readonly string[]): readonly SystemProcess[] {
  const columns = ["pid=", "ppid=", "pgid=", "stat=", "lstart="].flatMap((column) => ["-o", column]);
  return (runPs([...columns, ...which]) ?? "").split("\n").flatMap((line) => {
    // "  12     1    12 Ss   Sat Nov 28 18:13:15 2026"
    const [, pid, parent, group, state, started] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (state === undefined || started === undefined) return [];
    return { pid: Number(pid), parent: Number(parent), group: Number(group), state, started };
  });
}

/** What `ps` prints. Null if it fails, as it does for a pid that does not exist. */
export function runPs(args: readonly string[]): string | null {
  // The same words whatever the language and time zone of the caller.
  const env = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  const { status, stdout } = spawnSync("ps", args, { env, encoding: "utf8", maxBuffer: PS_OUTPUT_BYTES_MAX });
  return status === 0 ? stdout : null;
}
