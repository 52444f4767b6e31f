// Database-only steps of a workspace, run as local activities of its workflow.
import { errorDetailCharsMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Failpoint } from "../../platform/failpoint.ts";
import type { Store } from "../../store/store.ts";
import { inUnit } from "../../store/unit.ts";
import { requestWorkspace } from "../../store/workspace/request-workspace.ts";
import {
  finishBuild,
  finishStop,
  giveUpDeletion,
  nextWorkspaceStep,
  recordWorkspaceCrash,
  removeWorkspace,
} from "../../store/workspace/workspace-progress.ts";
import type { LocalWorkspaceActivities } from "../contract.ts";

export interface WorkspaceStepDeps {
  readonly store: Store;
  readonly failpoint: Failpoint;
}

export function createWorkspaceSteps({ store, failpoint }: WorkspaceStepDeps): LocalWorkspaceActivities {
  return {
    async nextWorkspaceStep({ workspace_id }) {
      return (await inUnit(store, (unit) => nextWorkspaceStep(unit, workspace_id))).result;
    },
    async finishBuild(ref) {
      await inUnit(store, (unit) => finishBuild(unit, ref));
      failpoint("workspace:finished");
    },
    async finishStop({ workspace_id, error }) {
      await inUnit(store, (unit) => finishStop(unit, workspace_id, error));
    },
    async finishDeletion({ workspace_id, error }) {
      await inUnit(store, (unit) =>
        error === null ? removeWorkspace(unit, workspace_id) : giveUpDeletion(unit, workspace_id, error),
      );
    },
    async requestWorkspaceStop({ workspace_id }) {
      try {
        await inUnit(store, (unit) =>
          requestWorkspace(unit, { id: workspace_id, owner_id: null, wish: "stopped" }),
        );
      } catch (error) {
        // Deleted, or being deleted: it stops anyway.
        if (!(error instanceof Refusal)) throw error;
      }
    },
    async recordWorkspaceCrash({ workspace_id, message }) {
      const words = message.slice(0, errorDetailCharsMax);
      await inUnit(store, (unit) => recordWorkspaceCrash(unit, workspace_id, words));
    },
  };
}
