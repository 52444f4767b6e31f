// The workspace agent runs inside the workspace. This file: whether a process id still means the process it once meant.
import { readFileSync } from "node:fs";

/** A process for as long as this machine runs: ids are used again, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's. */
  readonly start_ticks: string;
  readonly boot_id: string;
}

// The 22nd field of /proc/<pid>/stat (proc_pid_stat(5)); counted from behind the name, which may hold anything.
const startTicksField = 22;
const fieldsBeforeState = 2;

/** Null when there is no such process, or no /proc. */
export function identityOf(pid: number): ProcessIdentity | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    const ticks = fields[startTicksField - fieldsBeforeState - 1];
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return ticks === undefined ? null : { pid, start_ticks: ticks, boot_id: bootId };
  } catch {
    return null;
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== null && now.start_ticks === identity.start_ticks && now.boot_id === identity.boot_id;
}
