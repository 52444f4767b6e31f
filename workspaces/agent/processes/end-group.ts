// The workspace agent runs inside the workspace. This file: signals to process groups.
import { setTimeout } from "node:timers/promises";
import { AgentError } from "../api.ts";

// Between two looks at a group that is to end: short enough that its number cannot come round meanwhile.
const lookEveryMs = 100;

/** Sends a signal to a group. False: it has no member any more. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return false;
    if (code === "EPERM") {
      throw new AgentError("permission_denied", "The process runs as another user: it takes no signals.");
    }
    throw error;
  }
}

/**
 * Ends what is left of a group whose leader has just exited after it was told to: SIGKILL once `graceMs` have passed. It is
 * watched all the while: a group's number is given to no other while it has a member.
 */
export async function endRestOfGroup(leader: number, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (signalGroup(leader, 0)) {
    const left = deadline - performance.now();
    if (left <= 0) {
      signalGroup(leader, "SIGKILL");
      return;
    }
    await setTimeout(Math.min(lookEveryMs, left));
  }
}
