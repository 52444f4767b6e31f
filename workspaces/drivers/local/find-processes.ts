// Workspaces: which processes of this machine are a workspace's, found anew each time by their command lines: a note of pids
// could not be written in the moment between a start and the death of who started it.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { WorkspacePlace } from "./place/workspace-place.ts";
import { markOf, programs, programsOutside } from "./sandbox-command.ts";

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
  const pids = (await readdir("/proc").catch(() => null))?.filter((name) => /^\d+$/.test(name));
  if (pids === undefined) return findByPs(place);
  const seen: Seen[] = [];
  const orphans: FoundProcess[] = [];
  const variable = asRead(`\0${workspaceVariable}=${place.files}\0`);
  for (const name of pids) {
    const pid = Number(name);
    const args = (await readProc(pid, "cmdline")).split("\0");
    if (mayMatter(args, place)) seen.push({ pid, parent: await parentOf(pid), args });
    else if (`\0${await readProc(pid, "environ")}`.includes(variable)) orphans.push({ pid, kind: "orphan" });
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
async function findByPs(place: WorkspacePlace): Promise<FoundProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,command="], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const mark = bareMarkOf(place).join(" ");
  return stdout
    .split("\n")
    .filter((line) => line.includes(`${mark} `))
    .map((line) => ({ pid: Number.parseInt(line, 10), kind: "agent" }));
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readProc(pid, "stat");
  // The second field is the name in brackets and may hold anything; the parent is the fourth (proc(5)).
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** A text as `readProc` gives it: arguments are bytes of any kind, so both sides are compared as bytes, one to a character. */
function asRead(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Empty for processes that ended meanwhile, zombies, and those that are not ours to read. */
async function readProc(pid: number, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, "latin1").catch(() => "");
}
