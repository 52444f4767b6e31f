// Workspaces: ends everything that runs in or for a workspace, politely first.
import { setTimeout as pause } from "node:timers/promises";
import { WorkspaceError } from "../../driver.ts";
import { findProcesses } from "./find-processes.ts";
import type { WorkspacePlace } from "./place/workspace-place.ts";

// The agent gives what it runs 5 s between TERM and KILL, then ends; killed sooner it could not note how they ended.
const agentGraceMs = 7_000;
// The kernel ends killed processes at once, unless one sits in a disk or a network file system that does not answer.
const killedGraceMs = 5_000;
// A sandbox follows its agent within milliseconds; killed in between, it would leave its dead to the system to bury.
const followGraceMs = 500;
const lookAgainMs = 15;

/** Resolves when nothing runs there. Throws `driver_failed` when something cannot be ended. */
export async function endProcesses(place: WorkspacePlace): Promise<void> {
  const began = performance.now();
  const told = new Set<number>();
  let withoutAgentSince: number | null = null;
  for (;;) {
    const found = await findProcesses(place);
    if (found.length === 0) return;
    const now = performance.now();
    if (now - began > agentGraceMs + killedGraceMs) {
      throw new WorkspaceError("driver_failed", "Processes of the workspace cannot be ended.");
    }
    const agents = found.filter(({ kind }) => kind === "agent");
    for (const { pid } of agents) {
      if (!told.has(pid)) send(pid, "SIGTERM");
      told.add(pid);
    }
    withoutAgentSince = agents.length > 0 ? null : (withoutAgentSince ?? now);
    const isFollowing = told.size > 0 && now - (withoutAgentSince ?? now) < followGraceMs;
    // Without an agent nobody is left to end things politely. Killing a sandbox's first process kills all in it.
    const isOver = withoutAgentSince === null ? now - began > agentGraceMs : !isFollowing;
    if (isOver) for (const { pid } of found) send(pid, "SIGKILL");
    await pause(lookAgainMs);
  }
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
