// Finds the processes of a workspace by their command lines, at each call. A list of pids would miss those whose starter died before
// it could write them down.
import { setImmediate } from "node:timers/promises";
import { hasProc, processIds, readProcess, readProcFile, runPs } from "../../../platform/system-processes.ts";
import { inside, type WorkspacePlace } from "./place/workspace-place.ts";
import { markArguments, markOf } from "./sandbox/sandbox-command.ts";

const looksAtOnce = 50;

/** Set for everything that runs without a sandbox: when the agent is dead, only this variable tells whose process it is. */
export const workspaceVariable = "EVERTURN_WORKSPACE_FILES";

export interface FoundProcess {
  readonly pid: number;
  /**
   * `sandbox`: bubblewrap itself; what runs in it ends with it. `agent`: on SIGTERM it ends everything, then itself.
   * `egress`: the sandbox of the workspace's proxy. `orphan`: something that an agent without a sandbox started.
   */
  readonly kind: "sandbox" | "agent" | "egress" | "orphan";
}

/** Everything that runs in or for the workspace now. */
export async function findProcesses(place: WorkspacePlace): Promise<FoundProcess[]> {
  if (!hasProc()) return findByPs(place);
  const found: FoundProcess[] = [];
  const others: number[] = [];
  for (const [at, pid] of processIds().entries()) {
    // A machine may have thousands of processes. Other work gets its turn in between.
    if (at % looksAtOnce === 0) await setImmediate();
    const kind = kindOf(readProcFile(pid, "cmdline").split("\0"), place);
    if (kind === null) others.push(pid);
    else found.push({ pid, kind });
  }
  const sandboxes = new Set(found.filter(({ kind }) => kind === "sandbox").map(({ pid }) => pid));
  const variable = asRead(`\0${workspaceVariable}=${place.files}\0`);
  for (const [at, pid] of others.entries()) {
    if (at % looksAtOnce === 0) await setImmediate();
    if (sandboxes.size > 0 && isFirstIn(sandboxes, pid)) found.push({ pid, kind: "agent" });
    else if (`\0${readProcFile(pid, "environ")}`.includes(variable)) found.push({ pid, kind: "orphan" });
  }
  return found;
}

function kindOf(args: readonly string[], place: WorkspacePlace): FoundProcess["kind"] | null {
  if (hasRow(args, markArguments(markOf(place, "agent")))) return "sandbox";
  // A sandbox that an earlier version started.
  if (hasRow(args, ["--bind", place.files, inside.workspace])) return "sandbox";
  if (hasRow(args, markArguments(markOf(place, "egress")))) return "egress";
  return hasRow(args, bareMarkOf(place)) ? "agent" : null;
}

/** The arguments of an agent without a sandbox. */
function bareMarkOf(place: WorkspacePlace): readonly string[] {
  return ["--root", place.files, "--state", place.state];
}

/**
 * Whether a process is the agent of one of these sandboxes. Its pid inside is 2, after bubblewrap's own 1. No other process inside
 * ever gets that pid: when pids wrap around, Linux starts again at 300 (kernel/pid.c).
 */
function isFirstIn(sandboxes: ReadonlySet<number>, pid: number): boolean {
  const isSecond = /^NSpid:.*\t2$/m.test(readProcFile(pid, "status"));
  return isSecond && sandboxes.has(readProcess(pid)?.parent ?? 0);
}

function hasRow(args: readonly string[], row: readonly string[]): boolean {
  const wanted = row.map(asRead);
  return args.some((_, at) => wanted.every((each, index) => args[at + index] === each));
}

/** Systems without /proc have no bubblewrap either, so only agents can be found. */
function findByPs(place: WorkspacePlace): FoundProcess[] {
  const mark = bareMarkOf(place).join(" ");
  return (runPs(["-axww", "-o", "pid=,command="]) ?? "")
    .split("\n")
    .filter((line) => line.includes(`${mark} `))
    .map((line) => ({ pid: Number.parseInt(line, 10), kind: "agent" }));
}

/** A text as `readProcFile` gives it: one byte to a character. */
function asRead(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
