// Has a worker do what a request wants of the files of a workspace, and waits for its answer.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import { v7 as uuidv7 } from "uuid";
import { fileCallMaxMs } from "../core/chat/limits.ts";
import type { FileCallAnswer } from "../core/workspace/file-call.ts";
import type { Pool } from "../store/database.ts";
import {
  deleteFileCall,
  type FileCallRow,
  giveUpFileCall,
  insertFileCall,
  readFileCallAnswer,
} from "../store/workspace/file-calls.ts";
import type { WorkspaceRow } from "../store/workspace/workspaces.ts";
import {
  WORKSPACE_FILES,
  type WorkspaceFilesInput,
  workspaceFilesWorkflowId,
} from "../workflows/contract.ts";
import { workspaceSearchAttributes } from "../workflows/search-attributes.ts";

export interface FileCallerOptions {
  /** Null: Temporal is not there. */
  readonly temporal: () => Client | null;
  readonly pool: Pool;
  readonly taskQueue: string;
  readonly heartbeatTimeoutMs: number;
  readonly logger: Logger;
}

export type FileCall = Pick<FileCallRow, "kind" | "path" | "file_id">;

/** What the worker answers. It never throws for what it can say: without an answer in time, that is `unreachable` or `outcome_unknown`. */
export type RunFileCall = (
  workspace: Pick<WorkspaceRow, "id" | "owner_id">,
  call: FileCall,
) => Promise<FileCallAnswer>;

export function createFileCaller(options: FileCallerOptions): RunFileCall {
  const { pool, logger } = options;
  return async (workspace, call) => {
    const id = uuidv7();
    await insertFileCall(pool, { ...call, id, workspace_id: workspace.id });
    await runWorkflow(options, workspace, id).catch((error: unknown) =>
      logger.warn(
        { err: error, workspace_id: workspace.id },
        "no worker has answered for a workspace's files",
      ),
    );
    const answer = (await readFileCallAnswer(pool, id)) ?? (await giveUp(pool, id, call));
    // Where this fails, the purge does it.
    await deleteFileCall(pool, id).catch(() => undefined);
    return answer;
  };
}

async function runWorkflow(
  { temporal, taskQueue, heartbeatTimeoutMs }: FileCallerOptions,
  { id: workspace_id, owner_id }: Pick<WorkspaceRow, "id" | "owner_id">,
  call_id: string,
): Promise<void> {
  const client = temporal();
  if (client === null) throw new Error("not connected to Temporal");
  const input: WorkspaceFilesInput = { call_id, heartbeat_timeout_ms: heartbeatTimeoutMs };
  await client.withDeadline(Date.now() + fileCallMaxMs, () =>
    client.workflow.execute(WORKSPACE_FILES, {
      workflowId: workspaceFilesWorkflowId(call_id),
      taskQueue,
      args: [input],
      // Nothing is begun for a request that waits no longer.
      workflowExecutionTimeout: fileCallMaxMs,
      workflowTaskTimeout: "3 s",
      typedSearchAttributes: workspaceSearchAttributes({ owner_id, workspace_id }),
    }),
  );
}

async function giveUp(pool: Pool, id: string, { kind }: FileCall): Promise<FileCallAnswer> {
  const { answer, begun } = await giveUpFileCall(pool, id);
  if (answer !== null) return answer;
  if (begun && kind === "write") {
    const message = "the workspace did not answer in time: look at the file before you write it again";
    return { type: "fault", fault: "outcome_unknown", message };
  }
  const message = "no worker has answered for it in time; nothing was changed";
  return { type: "fault", fault: "unreachable", message };
}
