// Processes of this machine by their command lines, as Linux tells them.
import { readdirSync, readFileSync } from "node:fs";

const PID = /^\d+$/;

/** The arguments of a process; none when it has ended. */
export function commandOf(pid: number): readonly string[] {
  return readProc(pid, "cmdline").split("\0").slice(0, -1);
}

export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((pid) => PID.test(pid))
    .map(Number);
}

/** Its parent, its parent's parent and so on, the nearest first. */
function ancestorsOf(pid: number): number[] {
  const parent = Number(/^PPid:\s+(\d+)$/m.exec(readProc(pid, "status"))?.[1] ?? 0);
  return parent > 1 ? [parent, ...ancestorsOf(parent)] : [];
}

export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** The programs inside the workspaces of this folder: SIGKILL to each, and so to all that it runs. */
export function killAgents(workspacesFolder: string): void {
  const isOurs = (pid: number) => commandOf(pid).some((argument) => argument.includes(workspacesFolder));
  const isAgent = (pid: number) => commandOf(pid).some((argument) => argument.endsWith("/agent.mjs"));
  const agents = allPids().filter((pid) => isAgent(pid) && [pid, ...ancestorsOf(pid)].some(isOurs));
  for (const pid of agents) killProcess(pid);
}

function readProc(pid: number, name: "cmdline" | "status"): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
