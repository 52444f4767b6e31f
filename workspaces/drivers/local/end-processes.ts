// Ends everything that runs in or for a workspace: with SIGTERM to the agent first, then with SIGKILL.
import { setTimeout as pause } from "node:timers/promises";
import { WorkspaceError } from "../../driver.ts";
import { findProcesses } from "./find-processes.ts";
import type { WorkspacePlace } from "./place/workspace-place.ts";

// The agent waits 5 s between SIGTERM and SIGKILL for its commands, and then ends. Killed earlier, it could not record how they ended.
const agentGraceMs = 7_000;
// The kernel ends killed processes immediately, unless one waits for a disk or a network file system that does not answer.
const killedGraceMs = 5_000;
// A sandbox ends milliseconds after its agent. If it is killed before that, its zombies are left to the system.
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
    // Without an agent, nothing inside could end the commands in order. To kill a sandbox's first process kills everything in it.
    const isOver = withoutAgentSince === null ? now - began > agentGraceMs : !isFollowing;
    if (isOver) for (const { pid } of found) send(pid, "SIGKILL");
    await pause(lookAgainMs);
  }
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
