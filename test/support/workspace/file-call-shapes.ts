// Tests: the shapes that a request's look at the files of a workspace can take, each a script. One list for the control-flow tests and
// the kept histories.
import { randomUUID } from "node:crypto";
import { ApplicationFailure } from "@temporalio/common";
import type { FileActivities } from "../../../activities/contract.ts";
import {
  WORKSPACE_FILES,
  type WorkspaceFilesInput,
  workspaceFilesWorkflowId,
} from "../../../workflows/contract.ts";
import type { TestTemporal } from "../turn/workflow-run.ts";
import { playTries, type TriedRun, type TriesShape } from "./tried-run.ts";

const away = ApplicationFailure.retryable("the workspace does not answer", "AgentError");
const broken = ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug");

export const FILE_CALL_SHAPES: Readonly<Record<string, TriesShape>> = {
  done: { tries: [null], ends: "COMPLETED" },
  "tried-again": { tries: [away, null], ends: "COMPLETED" },
  failed: { tries: [broken], ends: "FAILED" },
};

export async function playFileCallShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: TriedRun; shape: TriesShape }> {
  const shape = FILE_CALL_SHAPES[name];
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  const id = randomUUID();
  const input: WorkspaceFilesInput = { call_id: id, heartbeat_timeout_ms: 60_000 };
  const run = await playTries(temporal, {
    shape,
    id,
    workflow: WORKSPACE_FILES,
    workflowId: workspaceFilesWorkflowId(id),
    input,
    side: "tools",
    activities: (tried): FileActivities => ({
      useWorkspaceFiles: async ({ call_id }) => tried(call_id),
    }),
  });
  return { run, shape };
}
