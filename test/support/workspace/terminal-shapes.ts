// Tests: the shapes that a terminal's run can take, each a script. One list for the control-flow tests and the kept histories.
import { randomUUID } from "node:crypto";
import { ApplicationFailure } from "@temporalio/common";
import type { TerminalActivities } from "../../../activities/contract.ts";
import { TERMINAL, type TerminalInput, terminalWorkflowId } from "../../../workflows/contract.ts";
import type { TestTemporal } from "../turn/workflow-run.ts";
import { playTries, type TriedRun, type TriesShape } from "./tried-run.ts";

const lost = ApplicationFailure.retryable("this worker ends", "NotNow");
const broken = ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug");

export const TERMINAL_SHAPES: Readonly<Record<string, TriesShape>> = {
  ended: { tries: [null], ends: "COMPLETED" },
  "handed-on": { tries: [lost, null], ends: "COMPLETED" },
  failed: { tries: [broken], ends: "FAILED" },
};

export async function playTerminalShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: TriedRun; shape: TriesShape }> {
  const shape = TERMINAL_SHAPES[name];
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  const id = randomUUID();
  const input: TerminalInput = { terminal_id: id, heartbeat_timeout_ms: 60_000 };
  const run = await playTries(temporal, {
    shape,
    id,
    workflow: TERMINAL,
    workflowId: terminalWorkflowId(id),
    input,
    side: "terminals",
    activities: (tried): TerminalActivities => ({
      attendTerminal: async ({ terminal_id }) => tried(terminal_id),
    }),
  });
  return { run, shape };
}
