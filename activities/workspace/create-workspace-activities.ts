// Creates all activities of a workspace's workflow.
import { boundEach, boundRetries } from "../attempt/bound-retries.ts";
import type { LocalWorkspaceActivities, WorkspaceActivities } from "../contract.ts";
import { createConnectWorkspace } from "./connect-workspace.ts";
import { createDestroyWorkspace, createStopWorkspace } from "./end-workspace.ts";
import { createProvisionWorkspace } from "./provision-workspace.ts";
import { createRunBuildCommands, createRunStartup } from "./run-build-commands.ts";
import type { WorkspaceActivityDeps } from "./work-on-build.ts";
import { createWorkspaceSteps } from "./workspace-steps.ts";

export function createWorkspaceActivities(
  deps: WorkspaceActivityDeps,
): WorkspaceActivities & LocalWorkspaceActivities {
  return {
    provisionWorkspace: boundRetries(createProvisionWorkspace(deps)),
    connectWorkspace: boundRetries(createConnectWorkspace(deps)),
    runBuildCommands: boundRetries(createRunBuildCommands(deps)),
    runStartup: boundRetries(createRunStartup(deps)),
    // Not bounded by kind of failure: a driver's words tell nothing of whether the next try mends it.
    stopWorkspace: createStopWorkspace(deps),
    destroyWorkspace: createDestroyWorkspace(deps),
    ...boundEach(createWorkspaceSteps(deps)),
  };
}
