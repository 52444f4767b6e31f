// Workspaces: a pid alone may name another process by now; with its start it cannot.
import { readFileSync } from "node:fs";

/** `<pid>.<start of the process in the system's own ticks>`; the start is empty where the system does not tell. */
export function processName(pid: number): string {
  return `${pid}.${startOf(pid) ?? ""}`;
}

/** True while the very process of this name lives. A zombie does not. */
export function isProcessAlive(name: string): boolean {
  const [pid, started] = name.split(".");
  const id = Number(pid);
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = startOf(id);
  // Gone between the two looks, a zombie, or another process; without /proc the pid has to do.
  return now === null ? !started : now === started;
}

function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold anything; state is the third, start the 22nd (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
