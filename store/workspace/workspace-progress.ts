// How the workflow of a workspace moves it on. Each change locks the row and checks that it is still wanted: a local
// activity may run twice, and the wanted state may have changed in between.
import type { WorkspaceStatus } from "../../core/workspace/workspace.ts";
import { decideWorkspaceStep, type WorkspaceStep } from "../../core/workspace/workspace-step.ts";
import type { Tx } from "../database.ts";
import type { Unit } from "../unit.ts";
import { type BuildRow, endOpenBuild, readBuild } from "./workspace-builds.ts";
import { changeWorkspace, lockWorkspace, type WorkspaceRow } from "./workspaces.ts";

export interface NextWorkspaceStep {
  readonly step: Exclude<WorkspaceStep, { type: "expire" }>;
  /** The newest request that the step has seen. */
  readonly version: number;
  /** Chats that use it, the latest first; their titles only where Temporal may show content. */
  readonly chats: readonly WorkspaceChat[];
  /** Absent: the workspace is gone. */
  readonly status?: WorkspaceStatus;
  /** Why it failed; only where Temporal may show content. */
  readonly error?: string;
  /** Its newest build failed, and was not cancelled. */
  readonly build_failed?: true;
}

export interface WorkspaceChat {
  readonly id: string;
  readonly title?: string;
}

/** Chats that are named to the workflow. People read them; nothing depends on them. */
const chatsNamedMax = 5;

/** What is next. An idle workspace is stopped in the same transaction, so nobody can start to use it in between. */
export async function nextWorkspaceStep(unit: Unit, id: string): Promise<NextWorkspaceStep> {
  const row = await lockWorkspace(unit.tx, id);
  if (row === null) return { step: { type: "end" }, version: Number.MAX_SAFE_INTEGER, chats: [] };
  const build = (await readBuild(unit.tx, id, row.build_id)) as BuildRow;
  const is_built = row.built_at !== null;
  const step = decideWorkspaceStep({ ...row, build, is_built, idle_ms: await readIdleMs(unit.tx, row) });
  const { version } = row;
  const chats = await readChats(unit, id);
  if (step.type === "expire") {
    await changeWorkspace(unit.tx, row, { wish: "stopped", status: "stopping" });
    return { step: { type: "stop", removes: !is_built }, version, chats };
  }
  if (step.type === "stop" && row.status !== "stopping") {
    await changeWorkspace(unit.tx, row, { wish: "stopped", status: "stopping", error: build.error });
  }
  const failed = build.status === "failed" ? { build_failed: true as const } : {};
  return { step, version, chats, status: row.status, ...shownError(unit, row), ...failed };
}

function shownError({ store }: Unit, { error }: WorkspaceRow): { readonly error?: string } {
  return store.tellsWords === true && error !== null ? { error } : {};
}

async function readChats({ tx, store }: Unit, id: string): Promise<readonly WorkspaceChat[]> {
  const { rows } = await tx.query<{ id: string; title: string }>(
    "select id, title from chats where workspace_id = $1 order by updated_at desc limit $2",
    [id, chatsNamedMax],
  );
  return rows.map((chat) => (store.tellsWords === true ? chat : { id: chat.id }));
}

/** Time since a tool used it or a chat bound to it changed; null while such a chat is busy (SPEC W9). */
async function readIdleMs(tx: Tx, row: WorkspaceRow): Promise<number | null> {
  const { rows } = await tx.query<{ busy: boolean | null; idle_ms: number }>(
    `select bool_or(status in ('running', 'interrupting', 'requires_action')) as busy,
       (extract(epoch from now() - greatest($2::timestamptz, max(updated_at))) * 1000)::bigint as idle_ms
     from chats where workspace_id = $1`,
    [row.id, row.last_active_at],
  );
  return rows[0]?.busy === true ? null : (rows[0]?.idle_ms ?? 0);
}

export interface OpenBuildRef {
  readonly workspace_id: string;
  readonly build_id: string;
}

/** The build has done everything: the workspace runs. False if it was cancelled or has already ended. */
export async function finishBuild(unit: Unit, ref: OpenBuildRef): Promise<boolean> {
  const row = await lockBuilding(unit, ref);
  if (row === null) return false;
  if (!(await endOpenBuild(unit.tx, ref.build_id, { status: "succeeded", error: null }))) return false;
  await unit.tx.query(
    `update workspaces set status = 'running', error = null, built_at = coalesce(built_at, now()), last_active_at = now(),
       updated_at = now() where id = $1`,
    [row.id],
  );
  return true;
}

/** `gone`: the driver has nothing of it any more, so there is nothing to start again. */
export type BuildFailure = OpenBuildRef & {
  readonly error: string;
  readonly gone?: boolean;
  /** When Temporal scheduled the attempt that failed. Absent: the failure is no attempt's. */
  readonly scheduled_ms?: number;
};

/** The build failed: what it left is cleaned up next. Changes nothing if it was cancelled or has already ended. */
export async function failBuild(unit: Unit, failure: BuildFailure): Promise<void> {
  const row = await lockBuilding(unit, failure);
  if (row === null) return;
  const { build_id, error, gone = false, scheduled_ms } = failure;
  if (scheduled_ms !== undefined && (await isTakenOver(unit.tx, build_id, scheduled_ms))) return;
  if (!(await endOpenBuild(unit.tx, build_id, { status: "failed", error }))) return;
  await changeWorkspace(unit.tx, row, {
    wish: "stopped",
    status: "stopping",
    error,
    ...(gone && GONE),
  });
}

/** An attempt that was scheduled later works on the build: what the earlier one failed at does not count. */
async function isTakenOver(tx: Tx, buildId: string, scheduledMs: number): Promise<boolean> {
  const { rows } = await tx.query<{ is_later: boolean }>(
    "select attempt_scheduled_ms > $2 as is_later from workspace_builds where id = $1 for update",
    [buildId, scheduledMs],
  );
  return rows[0]?.is_later === true;
}

async function lockBuilding(unit: Unit, ref: OpenBuildRef): Promise<WorkspaceRow | null> {
  const row = await lockWorkspace(unit.tx, ref.workspace_id);
  return row?.status === "building" && row.build_id === ref.build_id ? row : null;
}

const GONE = { built_at: null, commands_run: false } as const;
const NO_AGENT = { agent_status: "none", agent_error: null } as const;

/**
 * What ran has ended, or, with `error`, could not be ended. It then rests, or continues with a start that was requested
 * meanwhile. A workspace that was never built has failed: nothing of it is left.
 */
export async function finishStop(unit: Unit, id: string, error: string | null): Promise<void> {
  const row = await lockWorkspace(unit.tx, id);
  if (row?.status !== "stopping") return;
  if (row.wish === "running") {
    await changeWorkspace(unit.tx, row, { ...NO_AGENT, status: "building" });
    return;
  }
  const status = row.built_at === null ? "failed" : "stopped";
  const words = status === "failed" ? "It was stopped before its first build was done." : null;
  await changeWorkspace(unit.tx, row, { ...NO_AGENT, status, error: error ?? row.error ?? words });
}

/** Nothing of it is left: delete its row and its builds, too. */
export async function removeWorkspace(unit: Unit, id: string): Promise<void> {
  await unit.tx.query("delete from workspaces where id = $1 and status = 'deleting'", [id]);
}

/** It could not be removed. Deleting it again starts the deletion again. */
export async function giveUpDeletion(unit: Unit, id: string, error: string): Promise<void> {
  const row = await lockWorkspace(unit.tx, id);
  if (row?.status !== "deleting") return;
  await changeWorkspace(unit.tx, row, { ...NO_AGENT, ...GONE, status: "failed", error });
}

/** A bug ends what is in progress, with an explanation (SPEC X5). */
export async function recordWorkspaceCrash(unit: Unit, id: string, message: string): Promise<void> {
  const row = await lockWorkspace(unit.tx, id);
  const error = `Something broke on our side: ${message}`;
  if (row?.status === "building") await failBuild(unit, { workspace_id: id, build_id: row.build_id, error });
  if (row?.status === "stopping") await finishStop(unit, id, error);
  if (row?.status === "deleting") await giveUpDeletion(unit, id, error);
}

/**
 * The driver has nothing of a workspace that should exist (someone removed its folder or pruned its container). It has
 * failed, and a chat that asks for a workspace gets another one (SPEC W2). Only while it runs or rests; otherwise its
 * workflow finds out. `found` is the row that was looked at: what was built since then is another place.
 */
export async function recordWorkspaceGone(
  unit: Unit,
  found: Pick<WorkspaceRow, "id" | "build_id">,
  error: string,
): Promise<WorkspaceRow | null> {
  const row = await lockWorkspace(unit.tx, found.id);
  if (row === null || row.build_id !== found.build_id) return row;
  if (row.status !== "running" && row.status !== "stopped") return row;
  const { version } = row;
  const change = { ...NO_AGENT, ...GONE, wish: "stopped", status: "failed", error } as const;
  return changeWorkspace(unit.tx, row, { ...change, version: version + 1 });
}
