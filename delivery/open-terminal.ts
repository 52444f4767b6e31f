// Has a worker attend a terminal that was just committed.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import { deliveryDeadlineMs } from "../core/chat/limits.ts";
import type { WorkspaceRow } from "../store/workspace/workspaces.ts";
import { TERMINAL, type TerminalInput, terminalWorkflowId } from "../workflows/contract.ts";
import { workspaceSearchAttributes } from "../workflows/search-attributes.ts";

export interface TerminalOpenerOptions {
  /** Null: Temporal is not there. */
  readonly temporal: () => Client | null;
  readonly taskQueue: string;
  readonly heartbeatTimeoutMs: number;
  readonly logger: Logger;
}

/** False: Temporal cannot be reached, so nobody opens it. Takes a few seconds at most and never throws. */
export type OpenTerminal = (
  workspace: Pick<WorkspaceRow, "id" | "owner_id">,
  terminalId: string,
) => Promise<boolean>;

export function createTerminalOpener(options: TerminalOpenerOptions): OpenTerminal {
  const { temporal, taskQueue, heartbeatTimeoutMs, logger } = options;
  return async ({ id: workspace_id, owner_id }, terminal_id) => {
    const client = temporal();
    const input: TerminalInput = { terminal_id, heartbeat_timeout_ms: heartbeatTimeoutMs };
    try {
      if (client === null) throw new Error("not connected to Temporal");
      await client.withDeadline(Date.now() + 5 * deliveryDeadlineMs, () =>
        client.workflow.start(TERMINAL, {
          workflowId: terminalWorkflowId(terminal_id),
          taskQueue,
          args: [input],
          workflowTaskTimeout: "3 s",
          typedSearchAttributes: workspaceSearchAttributes({ owner_id, workspace_id }),
        }),
      );
      return true;
    } catch (error) {
      logger.warn({ err: error, workspace_id, terminal_id }, "a terminal could not be opened");
      return false;
    }
  };
}
