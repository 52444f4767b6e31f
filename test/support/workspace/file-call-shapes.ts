// Tests: the shapes that a request's look at the files of a workspace can take, each a script. One list for the control-flow tests and
// the kept histories.
import { randomUUID } from "node:crypto";
import type { WorkflowHandle } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { FileActivities } from "../../../activities/contract.ts";
import {
  WORKSPACE_FILES,
  type WorkspaceFilesInput,
  workspaceFilesWorkflowId,
} from "../../../workflows/contract.ts";
import type { TestTemporal } from "../turn/workflow-run.ts";

export interface FileCallShape {
  /** What the tries end with, in their order; null: well. */
  readonly tries: readonly (Error | null)[];
  /** Status of the run at its end. */
  readonly ends: "COMPLETED" | "FAILED";
}

export interface FileCallRun {
  readonly handle: WorkflowHandle;
  readonly call_id: string;
  /** For which calls the activity was called. */
  readonly calls: readonly string[];
}

const away = ApplicationFailure.retryable("the workspace does not answer", "AgentError");
const broken = ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug");

export const FILE_CALL_SHAPES: Readonly<Record<string, FileCallShape>> = {
  done: { tries: [null], ends: "COMPLETED" },
  "tried-again": { tries: [away, null], ends: "COMPLETED" },
  failed: { tries: [broken], ends: "FAILED" },
};

/** Runs the workflow as the API does. */
export async function playFileCallShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: FileCallRun; shape: FileCallShape }> {
  const shape = FILE_CALL_SHAPES[name];
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  const call_id = randomUUID();
  const calls: string[] = [];
  const tries = [...shape.tries];
  const activities: FileActivities = {
    async useWorkspaceFiles(input) {
      calls.push(input.call_id);
      const end = tries.shift();
      if (end === undefined) throw new Error("the activity was called once more than the script has");
      if (end !== null) throw end;
    },
  };
  const workers = await temporal.scripted(activities, ["tools"]);
  const workflowId = workspaceFilesWorkflowId(call_id);
  workers.play(workflowId, activities);
  const input: WorkspaceFilesInput = { call_id, heartbeat_timeout_ms: 60_000 };
  const handle = await temporal.client.workflow.start(WORKSPACE_FILES, {
    workflowId,
    taskQueue: workers.taskQueue,
    args: [input],
    workflowTaskTimeout: "10 s",
  });
  await handle.result().catch((error: unknown) => {
    if (shape.ends === "COMPLETED") throw error;
  });
  return { run: { handle, call_id, calls }, shape };
}
