// Dev holds the embedded stack: when a child counts as ready, and when it has ended.
import type { ChildProcess } from "node:child_process";
import type { PartPlan } from "./part-plan.ts";

const PROBE_EVERY_MS = 50;

/** A probe was answered, and the answer will be the same however often it is asked. */
export class FinalProbeError extends Error {}

/** Resolves when the child is ready as its plan says; rejects when it is not so in time. */
export async function whenReady(plan: PartPlan, child: ChildProcess): Promise<void> {
  const deadline = AbortSignal.timeout(plan.readyWithinMs);
  if (plan.readyLine !== undefined) await sawLine(child, plan.readyLine, deadline);
  if (plan.probe !== undefined) await answered(plan.probe, child, deadline);
}

/** Resolves, in words, when the child has ended or could not be run at all. */
export function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const describe = () =>
      resolve(
        child.signalCode === null
          ? `it ended with code ${child.exitCode}`
          : `it was killed by ${child.signalCode}`,
      );
    if (hasEnded(child)) return describe();
    child.once("exit", describe);
    // A command that cannot be run gives `error` and no `exit`.
    child.once("error", (error) => resolve(`it could not be run (${error.message})`));
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function sawLine(child: ChildProcess, wanted: string, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending = "";
    const look = (chunk: Buffer) => {
      pending += chunk.toString();
      if (pending.includes(wanted)) {
        child.stdout?.off("data", look);
        resolve();
      }
      pending = pending.slice(pending.lastIndexOf("\n") + 1);
    };
    child.stdout?.on("data", look);
    deadline.addEventListener("abort", () => reject(new Error("it was not ready in time")));
  });
}

async function answered(
  probe: () => Promise<void>,
  child: ChildProcess,
  deadline: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (deadline.aborted || hasEnded(child) || error instanceof FinalProbeError) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`it did not answer (${reason})`, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
  }
}
