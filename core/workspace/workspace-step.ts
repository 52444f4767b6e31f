// Core is pure: what the workflow of a workspace does next, from the row, its newest build and the chats that use it.
import type { BuildKind, BuildStatus, WorkspaceStatus, WorkspaceWish } from "./workspace.ts";

export interface WorkspaceView {
  readonly status: WorkspaceStatus;
  readonly wish: WorkspaceWish;
  readonly build: { readonly id: string; readonly kind: BuildKind; readonly status: BuildStatus };
  readonly build_commands: readonly string[];
  /** The build commands have run in this place: once is enough. */
  readonly commands_run: boolean;
  readonly startup: string | null;
  /** A build has succeeded in it: what is in it is kept. */
  readonly is_built: boolean;
  readonly ttl_ms: number | null;
  /** Since it was used last; null: a chat that uses it is busy. */
  readonly idle_ms: number | null;
}

export type WorkspaceStep =
  | {
      readonly type: "build";
      readonly build_id: string;
      /** A start finds its place as it was left. */
      readonly makes_place: boolean;
      readonly runs_commands: boolean;
      readonly runs_startup: boolean;
    }
  /** End what runs in it. `removes`: nothing in it is worth keeping. */
  | { readonly type: "stop"; readonly removes: boolean }
  | { readonly type: "destroy" }
  /** It has been idle for its time-to-live: wish it stopped, unless it is used in this moment. */
  | { readonly type: "expire" }
  /** Running until its time-to-live ends, or another wish comes. */
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "end" };

/** Timers fire a little early by the database's clock; without this a wait of nothing would be asked for again and again. */
export const waitMinMs = 50;

/** Pure: same view, same answer. The order of the rules is the policy. */
export function decideWorkspaceStep(view: WorkspaceView): WorkspaceStep {
  // A deletion outranks all: whatever was begun, nothing of it is to remain. Given up (failed), it waits to be wished again.
  if (view.status === "deleting") return { type: "destroy" };
  // What a build or a run left is cleaned up before anything new begins in the same place.
  if (view.status === "stopping") return { type: "stop", removes: !view.is_built };
  if (view.status === "building") {
    // A build that has ended without its workspace knowing is a bug of ours; gone on with, it would be asked for without end.
    const isOpen = view.build.status === "queued" || view.build.status === "running";
    return isOpen ? buildStep(view) : { type: "stop", removes: !view.is_built };
  }
  if (view.status !== "running" || view.ttl_ms === null) return { type: "end" };
  // A busy chat keeps its workspace alive, however long its turn takes (SPEC W9).
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
