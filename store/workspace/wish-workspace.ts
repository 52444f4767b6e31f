// The store is the only room with SQL. This file: what owners wish of a workspace. A wish is a row; the workflow works towards it.
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

export interface WishInput {
  readonly id: string;
  /** Set: other people's workspaces are not found (SPEC A2). */
  readonly owner_id: string | null;
  readonly wish: WorkspaceWish;
  /** The turn whose interrupt cancels the build this wish begins. */
  readonly began_by?: BeganBy | null;
}

const stoppedWords = "The build was cancelled: the workspace was told to stop.";

/**
 * Records a wish; the same wish again changes nothing. Running: what is stopped is started, what failed is built anew, an agent
 * that was not ready is looked for again. Throws `Refusal` `workspace_not_found`, `workspace_deleting`.
 */
export async function wishWorkspace(unit: Unit, input: WishInput): Promise<WorkspaceRow> {
  const row = await lockWorkspace(unit.tx, input.id);
  if (row === null || (input.owner_id !== null && row.owner_id !== input.owner_id)) {
    throw new Refusal("workspace_not_found");
  }
  return wishLocked(unit, row, input);
}

/** As `wishWorkspace`, of a row that this unit has locked. */
export async function wishLocked(
  unit: Unit,
  row: WorkspaceRow,
  { wish, began_by = null }: Pick<WishInput, "wish" | "began_by">,
): Promise<WorkspaceRow> {
  if (row.status === "deleting" && wish !== "deleted") throw new Refusal("workspace_deleting");
  switch (wish) {
    case "running":
      return wishRunning(unit, row, began_by);
    case "stopped":
      return stopWith(unit, row, stoppedWords);
    case "deleted": {
      // Told again each time: a deletion that was given up is taken up anew.
      await cancelOpenBuild(unit.tx, row.build_id, "The build was cancelled: the workspace was deleted.");
      // From now on there is nothing in it worth keeping, whether or not all of it can be removed.
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
    // What is being stopped is stopped to the end first; the workflow goes on with the build then.
    status: row.status === "stopping" ? "stopping" : "building",
    agent_status: "none",
    agent_error: null,
    error: null,
  });
}

/** Stops it, and cancels an open build for this reason. At rest already: nothing changes. */
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
 * Cancels a build that this very turn began and that is still open (SPEC W3, I2): what was being made is removed, what was
 * being started is stopped. Null: it is not this turn's, or has ended.
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
  // It may have ended before the lock was had.
  if (row.status !== "building" && row.status !== "stopping") return null;
  return stopWith(unit, row, "The build was cancelled: the turn that had begun it was interrupted.");
}

/** Cancels the open build of the chat's workspace if this turn began it. Null: there is none. */
export async function cancelChatBuild(unit: Unit, began_by: BeganBy): Promise<WorkspaceRow | null> {
  const { rows } = await unit.tx.query<{ id: string }>(
    `select b.id from chats c join workspaces w on w.id = c.workspace_id join workspace_builds b on b.id = w.build_id
     where c.id = $1 and b.began_by_chat = $1 and b.began_by_turn = $2`,
    [began_by.chat_id, began_by.turn_id],
  );
  return rows[0] === undefined ? null : cancelBuild(unit, { build_id: rows[0].id, began_by });
}

/** A change its workflow is to be told of. */
function wished(unit: Unit, row: WorkspaceRow, change: WorkspaceChange): Promise<WorkspaceRow> {
  return changeWorkspace(unit.tx, row, { ...change, version: row.version + 1 });
}
