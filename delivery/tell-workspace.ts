// Tells the workflow of a workspace that its wanted state has changed, for requests (at once, with a deadline) and for
// the worker's loop, which does what requests could not.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import { deliveryDeadlineMs } from "../core/chat/limits.ts";
import type { Store } from "../store/store.ts";
import { markTold } from "../store/workspace/tell-workspaces.ts";
import type { WorkspaceRow } from "../store/workspace/workspaces.ts";
import {
  WISH_CHANGED,
  type WishChangedInput,
  WORKSPACE,
  type WorkspaceInput,
  workspaceWorkflowId,
} from "../workflows/contract.ts";
import { workspaceSearchAttributes } from "../workflows/search-attributes.ts";

export interface WorkspaceTellerOptions {
  /** Null means that Temporal is not there yet; the worker's loop tells the workflow. */
  readonly temporal: () => Client | null;
  readonly store: Store;
  readonly taskQueue: string;
  /** Whether Temporal's Web UI may show names (`EVERTURN_TEMPORAL_DETAIL`). */
  readonly showTitles: boolean;
  /** Where the console is, for links to workspaces; null: not known, or there is none. */
  readonly consoleUrl: string | null;
  readonly heartbeatTimeoutMs: number;
  readonly logger: Logger;
}

export interface WorkspaceTeller {
  /**
   * Tells the workflow about a change that was just committed. Takes at most one second and never throws: the worker's
   * loop does what fails.
   */
  tell(workspace: WorkspaceRow): Promise<void>;
  /** Throws if Temporal cannot be reached. */
  tellLate(workspace: WorkspaceRow): Promise<void>;
}

export function createWorkspaceTeller(options: WorkspaceTellerOptions): WorkspaceTeller {
  const { temporal, store, logger } = options;
  const tellWithin = async (workspace: WorkspaceRow, deadlineMs: number) => {
    const client = temporal();
    if (client === null) throw new Error("not connected to Temporal");
    await client.withDeadline(Date.now() + deadlineMs, () => signalWithStart(client, workspace, options));
    await markTold(store.pool, workspace.id, workspace.version);
  };
  return {
    async tell(workspace) {
      if (workspace.told_version >= workspace.version || temporal() === null) return;
      try {
        await tellWithin(workspace, deliveryDeadlineMs);
      } catch (error) {
        logger.warn({ err: error, workspace_id: workspace.id }, "telling left to the worker");
      }
    },
    tellLate: (workspace) => tellWithin(workspace, 10 * deliveryDeadlineMs),
  };
}

async function signalWithStart(
  client: Client,
  workspace: WorkspaceRow,
  { taskQueue, showTitles, consoleUrl, heartbeatTimeoutMs }: WorkspaceTellerOptions,
): Promise<void> {
  const { id, owner_id, name, version } = workspace;
  const input: WorkspaceInput = {
    workspace_id: id,
    owner_id,
    name: showTitles ? name : "",
    heartbeat_timeout_ms: heartbeatTimeoutMs,
  };
  const wish: WishChangedInput = { version };
  await client.workflow.signalWithStart(WORKSPACE, {
    workflowId: workspaceWorkflowId(id),
    taskQueue,
    args: [input],
    signal: WISH_CHANGED,
    signalArgs: [wish],
    // As for turns: with the default, a killed worker would delay the next step by ten seconds.
    workflowTaskTimeout: "3 s",
    typedSearchAttributes: workspaceSearchAttributes({ owner_id, workspace_id: id }),
    ...(showTitles && { staticSummary: name }),
    ...(consoleUrl !== null && { staticDetails: `[open the workspace](${consoleUrl}/workspaces/${id})` }),
  });
}
