// `stopWorkspace` and `destroyWorkspace`. Both look at the row first: an attempt whose worker was given up and wakes later
// must not end what was started since.
import { Context } from "@temporalio/activity";
import type { WorkspaceStatus } from "../../core/workspace/workspace.ts";
import { readWorkspace } from "../../store/workspace/workspaces.ts";
import { patiently } from "../attempt/patiently.ts";
import type { StopWorkspaceInput, WorkspaceRef } from "../contract.ts";
import type { WorkspaceActivityDeps } from "./work-on-build.ts";

export function createStopWorkspace(deps: WorkspaceActivityDeps) {
  const { driver } = deps;
  return ({ workspace_id, removes }: StopWorkspaceInput): Promise<void> =>
    endWhileIn(deps, workspace_id, {
      status: "stopping",
      end: () => (removes ? driver.destroy(workspace_id) : driver.stop(workspace_id)),
    });
}

export function createDestroyWorkspace(deps: WorkspaceActivityDeps) {
  return ({ workspace_id }: WorkspaceRef): Promise<void> =>
    endWhileIn(deps, workspace_id, {
      status: "deleting",
      end: () => deps.driver.destroy(workspace_id),
    });
}

interface Ending {
  readonly status: WorkspaceStatus;
  readonly end: () => Promise<void>;
}

async function endWhileIn(deps: WorkspaceActivityDeps, id: string, { status, end }: Ending): Promise<void> {
  const activity = Context.current();
  const timer = setInterval(() => activity.heartbeat(), deps.heartbeatTimeoutMs / 3);
  try {
    const row = await patiently(deps.shutdown, () => readWorkspace(deps.store.pool, id, null));
    if (row?.status === status) await end();
  } finally {
    clearInterval(timer);
  }
}
