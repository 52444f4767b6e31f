// Workspaces: which processes of this machine are a workspace's, found anew each time by their command lines: a note of pids
// could not be written in the moment between a start and the death of who started it.
import { setImmediate } from "node:timers/promises";
import { hasProc, processIds, readProcess, readProcFile, runPs } from "../../../platform/system-processes.ts";
import type { WorkspacePlace } from "./place/workspace-place.ts";
import { markOf, programs, programsOutside } from "./sandbox-command.ts";

const looksAtOnce = 50;

/** Set for everything that runs without a sandbox: the only thing to know it by when its agent is dead. */
export const workspaceVariable = "EVERTURN_WORKSPACE_FILES";

export interface FoundProcess {
  readonly pid: number;
  /**
   * `sandbox`: bubblewrap itself; what runs in it ends with it. `agent`: ends everything, then itself, when told to.
   * `orphan`: something that an agent without a sandbox started.
   */
  readonly kind: "sandbox" | "agent" | "orphan";
}

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
}

/** What runs in or for the workspace now. */
export async function findProcesses(place: WorkspacePlace): Promise<FoundProcess[]> {
  if (!hasProc()) return findByPs(place);
  const seen: Seen[] = [];
  const orphans: FoundProcess[] = [];
  const variable = asRead(`\0${workspaceVariable}=${place.files}\0`);
  for (const [at, pid] of processIds().entries()) {
    // A machine may have thousands, and other work must not wait for the look at all of them.
    if (at % looksAtOnce === 0) await setImmediate();
    const args = readProcFile(pid, "cmdline").split("\0");
    if (mayMatter(args, place)) seen.push({ pid, parent: readProcess(pid)?.parent ?? 0, args });
    else if (`\0${readProcFile(pid, "environ")}`.includes(variable)) orphans.push({ pid, kind: "orphan" });
  }
  return [...withoutStrangers(seen, place), ...orphans];
}

function mayMatter(args: readonly string[], place: WorkspacePlace): boolean {
  return args.includes(asRead(place.files)) || args.includes(programs.agent);
}

function withoutStrangers(seen: readonly Seen[], place: WorkspacePlace): FoundProcess[] {
  const sandboxes = new Set(seen.filter(({ args }) => hasRow(args, markOf(place))).map(({ pid }) => pid));
  return seen.flatMap(({ pid, parent, args }): FoundProcess[] => {
    if (sandboxes.has(pid)) return [{ pid, kind: "sandbox" }];
    // Agents of other workspaces have the same command line inside their sandboxes.
    const isInside = sandboxes.has(parent) && args.includes(programs.agent);
    return isInside || hasRow(args, bareMarkOf(place)) ? [{ pid, kind: "agent" }] : [];
  });
}

function bareMarkOf(place: WorkspacePlace): readonly string[] {
  return [programsOutside.agent, "--root", place.files];
}

function hasRow(args: readonly string[], row: readonly string[]): boolean {
  const wanted = row.map(asRead);
  return args.some((_, at) => wanted.every((each, index) => args[at + index] === each));
}

/** Systems without /proc have no bubblewrap either: there is an agent, or nothing that could be known. */
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
