// Records what owners want of a workspace. The wanted state is in its row, and the workflow works towards it.
import { v7 as uuidv7 } from "uuid";
import { assertNever } from "../../core/assert-never.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { WorkspaceWish } from "../../core/workspace/workspace.ts";
import type { Unit } from "../unit.ts";
import { type BeganBy, cancelOpenBuild, insertBuild } from "./workspace-builds.ts";
import {
  changeWorkspace,
  lockWorkspace,
  touchWorkspace,
  type WorkspaceChange,
  type WorkspaceRow,
} from "./workspaces.ts";

export interface RequestWorkspaceInput {
  readonly id: string;
  /** If set, other people's workspaces are not found (SPEC A2). */
  readonly owner_id: string | null;
  readonly wish: WorkspaceWish;
  /** The turn whose interrupt cancels the build that this starts. */
  readonly began_by?: BeganBy | null;
}

const stoppedWords = "The build was cancelled: the workspace was told to stop.";

/**
 * Records a wanted state; the same one again changes nothing. Running: a stopped workspace is started, a failed one is
 * built again, an agent that was not ready is looked for again. Throws `Refusal` `workspace_not_found`,
 * `workspace_deleting`.
 */
export async function requestWorkspace(unit: Unit, input: RequestWorkspaceInput): Promise<WorkspaceRow> {
  const row = await lockWorkspace(unit.tx, input.id);
  if (row === null || (input.owner_id !== null && row.owner_id !== input.owner_id)) {
    throw new Refusal("workspace_not_found");
  }
  return requestLockedWorkspace(unit, row, input);
}

/** Like `requestWorkspace`, for a row that this unit has locked. */
export async function requestLockedWorkspace(
  unit: Unit,
  row: WorkspaceRow,
  { wish, began_by = null }: Pick<RequestWorkspaceInput, "wish" | "began_by">,
): Promise<WorkspaceRow> {
  if (row.status === "deleting" && wish !== "deleted") throw new Refusal("workspace_deleting");
  switch (wish) {
    case "running":
      return wishRunning(unit, row, began_by);
    case "stopped":
      return stopWith(unit, row, stoppedWords);
    case "deleted": {
      // Told again each time: a deletion that was given up starts again.
      await cancelOpenBuild(unit.tx, row.build_id, "The build was cancelled: the workspace was deleted.");
      // From now on nothing in it is worth keeping, whether or not all of it can be removed.
      return wished(unit, row, { wish, status: "deleting", built_at: null, commands_run: false });
    }
    default:
      return assertNever(wish);
  }
}

async function wishRunning(unit: Unit, row: WorkspaceRow, began_by: BeganBy | null): Promise<WorkspaceRow> {
  const isOnItsWay = row.status === "building" || (row.status === "stopping" && row.wish === "running");
  if (isOnItsWay) return row;
  await touchWorkspace(unit.tx, row.id);
  if (row.status === "running" && row.agent_status === "ready") return row;
  const build_id = uuidv7();
  const kind = row.built_at === null ? "create" : "start";
  await insertBuild(unit.tx, { id: build_id, workspace_id: row.id, kind, began_by });
  return wished(unit, row, {
    wish: "running",
    build_id,
    // A stop that has started is finished first. Then the workflow continues with the build.
    status: row.status === "stopping" ? "stopping" : "building",
    agent_status: "none",
    agent_error: null,
    error: null,
  });
}

/** Stops it, and cancels an open build for this reason. If it is at rest, nothing changes. */
async function stopWith(unit: Unit, row: WorkspaceRow, why: string): Promise<WorkspaceRow> {
  const isAtRest = row.status === "stopped" || row.status === "failed";
  if (isAtRest || (row.status === "stopping" && row.wish === "stopped")) return row;
  const cancelled = await cancelOpenBuild(unit.tx, row.build_id, why);
  return wished(unit, row, {
    wish: "stopped",
    status: "stopping",
    ...(cancelled && { error: why }),
  });
}

/**
 * Cancels an open build that this very turn started (SPEC W3, I2). What was being created is removed; what was being
 * started is stopped. Null if it belongs to another turn or has ended.
 */
export async function cancelBuild(
  unit: Unit,
  { build_id, began_by }: { readonly build_id: string; readonly began_by: BeganBy },
): Promise<WorkspaceRow | null> {
  const { rows } = await unit.tx.query<{ workspace_id: string }>(
    `select workspace_id from workspace_builds
     where id = $1 and began_by_chat = $2 and began_by_turn = $3 and status in ('queued', 'running')`,
    [build_id, began_by.chat_id, began_by.turn_id],
  );
  const row = rows[0] === undefined ? null : await lockWorkspace(unit.tx, rows[0].workspace_id);
  if (row === null || row.build_id !== build_id || row.wish !== "running") return null;
  // It may have ended before we got the lock.
  if (row.status !== "building" && row.status !== "stopping") return null;
  return stopWith(unit, row, "The build was cancelled: the turn that had begun it was interrupted.");
}

/** Cancels the open build of the chat's workspace if this turn started it. Null if there is none. */
export async function cancelChatBuild(unit: Unit, began_by: BeganBy): Promise<WorkspaceRow | null> {
  const { rows } = await unit.tx.query<{ id: string }>(
    `select b.id from chats c join workspaces w on w.id = c.workspace_id join workspace_builds b on b.id = w.build_id
     where c.id = $1 and b.began_by_chat = $1 and b.began_by_turn = $2`,
    [began_by.chat_id, began_by.turn_id],
  );
  return rows[0] === undefined ? null : cancelBuild(unit, { build_id: rows[0].id, began_by });
}

/** A change that its workflow must be told. */
function wished(unit: Unit, row: WorkspaceRow, change: WorkspaceChange): Promise<WorkspaceRow> {
  return changeWorkspace(unit.tx, row, { ...change, version: row.version + 1 });
}
