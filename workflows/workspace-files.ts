// Has a worker do what a request wants of the files of a workspace. The database has the request and its answer: what passes here
// is an id.
import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { FileActivities } from "../activities/contract.ts";
import { workspaceFilesOptions } from "./activity-options.ts";
import { sideQueue, type WorkspaceFilesInput } from "./contract.ts";
import { checkFilesInput } from "./turn/read-signal.ts";

export async function workspaceFiles(input: WorkspaceFilesInput): Promise<void> {
  checkFilesInput(input);
  // Beside the tool calls, which ask the same agents for the same things.
  const taskQueue = sideQueue(workflowInfo().taskQueue, "tools");
  const { useWorkspaceFiles } = proxyActivities<FileActivities>({
    ...workspaceFilesOptions(input),
    taskQueue,
  });
  await useWorkspaceFiles({ call_id: input.call_id });
}
