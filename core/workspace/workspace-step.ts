// Decides what the workflow of a workspace does next, from the row, its newest build and the chats that use it.
import type { BuildKind, BuildStatus, WorkspaceStatus, WorkspaceWish } from "./workspace.ts";

export interface WorkspaceView {
  readonly status: WorkspaceStatus;
  readonly wish: WorkspaceWish;
  readonly build: { readonly id: string; readonly kind: BuildKind; readonly status: BuildStatus };
  readonly build_commands: readonly string[];
  /** The build commands have run here: once is enough. */
  readonly commands_run: boolean;
  readonly startup: string | null;
  /** A build has succeeded here: keep its content. */
  readonly is_built: boolean;
  readonly ttl_ms: number | null;
  /** Time since it was last used; null while a chat that uses it is busy. */
  readonly idle_ms: number | null;
}

export type WorkspaceStep =
  | {
      readonly type: "build";
      readonly build_id: string;
      /** A start finds the files as they were left. */
      readonly makes_place: boolean;
      readonly runs_commands: boolean;
      readonly runs_startup: boolean;
    }
  /** End everything that runs in it. `removes`: nothing in it is worth keeping. */
  | { readonly type: "stop"; readonly removes: boolean }
  | { readonly type: "destroy" }
  /** It has been idle for its time-to-live: stop it, unless somebody uses it at this moment. */
  | { readonly type: "expire" }
  /** Running until its time-to-live ends or somebody asks for something else. */
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "end" };

/**
 * By the database's clock, timers fire a little early. Without this, a wait of nothing would be requested again and
 * again.
 */
export const waitMinMs = 50;

/** Pure: the same view gives the same answer. The order of the rules is the policy. */
export function decideWorkspaceStep(view: WorkspaceView): WorkspaceStep {
  // Deletion comes first: nothing that was started may remain. If it was given up (failed), it waits for another
  // request.
  if (view.status === "deleting") return { type: "destroy" };
  // Remains of a build or a run are cleaned up before anything new starts in the same place.
  if (view.status === "stopping") return { type: "stop", removes: !view.is_built };
  if (view.status === "building") {
    // A build that ended without its workspace knowing is a bug. If we continued with it, it would be requested without
    // end.
    const isOpen = view.build.status === "queued" || view.build.status === "running";
    return isOpen ? buildStep(view) : { type: "stop", removes: !view.is_built };
  }
  if (view.status !== "running" || view.ttl_ms === null) return { type: "end" };
  // A busy chat keeps its workspace running, however long its turn takes (SPEC W9).
  if (view.idle_ms === null) return { type: "wait", ms: Math.max(view.ttl_ms, waitMinMs) };
  if (view.idle_ms >= view.ttl_ms) return { type: "expire" };
  return { type: "wait", ms: Math.max(view.ttl_ms - view.idle_ms, waitMinMs) };
}

function buildStep(view: WorkspaceView): WorkspaceStep {
  return {
    type: "build",
    build_id: view.build.id,
    makes_place: view.build.kind === "create",
    runs_commands: !view.commands_run && view.build_commands.length > 0,
    runs_startup: view.startup !== null,
  };
}
