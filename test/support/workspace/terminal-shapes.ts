// Tests: the shapes that a terminal's run can take, each a script. One list for the control-flow tests and the kept histories.
import { randomUUID } from "node:crypto";
import type { WorkflowHandle } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { TerminalActivities } from "../../../activities/contract.ts";
import { TERMINAL, type TerminalInput, terminalWorkflowId } from "../../../workflows/contract.ts";
import type { TestTemporal } from "../turn/workflow-run.ts";

export interface TerminalShape {
  /** What the attempts end with, in their order; null: the terminal has ended. */
  readonly attempts: readonly (Error | null)[];
  /** Status of the run at its end. */
  readonly ends: "COMPLETED" | "FAILED";
}

export interface TerminalRun {
  readonly handle: WorkflowHandle;
  readonly terminal_id: string;
  /** For which terminals the activity was called. */
  readonly calls: readonly string[];
}

const lost = ApplicationFailure.retryable("this worker ends", "NotNow");
const broken = ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug");

export const TERMINAL_SHAPES: Readonly<Record<string, TerminalShape>> = {
  ended: { attempts: [null], ends: "COMPLETED" },
  "handed-on": { attempts: [lost, null], ends: "COMPLETED" },
  failed: { attempts: [broken], ends: "FAILED" },
};

/** Runs the workflow as the API does. */
export async function playTerminalShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: TerminalRun; shape: TerminalShape }> {
  const shape = TERMINAL_SHAPES[name];
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  const terminal_id = randomUUID();
  const calls: string[] = [];
  const attempts = [...shape.attempts];
  const activities: TerminalActivities = {
    async attendTerminal(input) {
      calls.push(input.terminal_id);
      const end = attempts.shift();
      if (end === undefined) throw new Error("the activity was called once more than the script has");
      if (end !== null) throw end;
    },
  };
  const workers = await temporal.scripted(activities, ["terminals"]);
  const workflowId = terminalWorkflowId(terminal_id);
  workers.play(workflowId, activities);
  const input: TerminalInput = { terminal_id, heartbeat_timeout_ms: 60_000 };
  const handle = await temporal.client.workflow.start(TERMINAL, {
    workflowId,
    taskQueue: workers.taskQueue,
    args: [input],
    workflowTaskTimeout: "10 s",
  });
  await handle.result().catch((error: unknown) => {
    if (shape.ends === "COMPLETED") throw error;
  });
  return { run: { handle, terminal_id, calls }, shape };
}
