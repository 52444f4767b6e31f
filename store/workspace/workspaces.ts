// The workspace's row: how it is read, listed, locked and kept running.
import type { JsonObject } from "../../core/part/part.ts";
import type { AgentStatus, WorkspaceStatus, WorkspaceWish } from "../../core/workspace/workspace.ts";
import type { WorkspacePlan } from "../../core/workspace/workspace-plan.ts";
import type { Queryable, Tx } from "../database.ts";

export interface WorkspaceRow {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly template: string;
  readonly parameters: JsonObject;
  readonly plan: WorkspacePlan;
  readonly build_commands: readonly string[];
  readonly startup: string | null;
  readonly driver: string;
  readonly status: WorkspaceStatus;
  readonly agent_status: AgentStatus;
  readonly agent_error: string | null;
  /** Why the newest build failed, or what else went wrong. */
  readonly error: string | null;
  readonly wish: WorkspaceWish;
  /** Grows with each request that its workflow must be told. */
  readonly version: number;
  /** The newest version that the workflow was told. */
  readonly told_version: number;
  /** Of the newest build. */
  readonly build_id: string;
  /** Null if no build has succeeded in it: then nothing in it is worth keeping. */
  readonly built_at: string | null;
  /** Whether the template's build commands have run. */
  readonly commands_run: boolean;
  readonly ttl_ms: number | null;
  readonly last_active_at: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Columns a change may write. */
export type WorkspaceChange = {
  -readonly [K in
    | "status"
    | "agent_status"
    | "agent_error"
    | "error"
    | "wish"
    | "version"
    | "build_id"
    | "built_at"
    | "commands_run"]?: WorkspaceRow[K];
};

/** Where a page of workspaces ends: newest first. In microseconds, as Postgres stores them. */
export interface WorkspacePosition {
  readonly created_us: number;
  readonly id: string;
}

/** Null if there is no such workspace, or it belongs to someone else (SPEC A2). */
export async function readWorkspace(
  db: Queryable,
  id: string,
  owner_id: string | null,
): Promise<WorkspaceRow | null> {
  const { rows } = await db.query<WorkspaceRow>(
    "select * from workspaces where id = $1 and ($2::uuid is null or owner_id = $2)",
    [id, owner_id],
  );
  return rows[0] ?? null;
}

/**
 * Locks the row until the transaction ends: changes of a workspace happen one at a time. Chats are locked before
 * workspaces.
 */
export async function lockWorkspace(tx: Tx, id: string): Promise<WorkspaceRow | null> {
  const { rows } = await tx.query<WorkspaceRow>("select * from workspaces where id = $1 for update", [id]);
  return rows[0] ?? null;
}

/** Writes what differs. `tx` must hold the lock. */
export async function changeWorkspace(
  tx: Tx,
  before: WorkspaceRow,
  change: WorkspaceChange,
): Promise<WorkspaceRow> {
  const columns = Object.keys(change) as (keyof WorkspaceChange)[];
  const sets = columns.map((name, i) => `${name} = $${i + 2}`);
  const { rows } = await tx.query<WorkspaceRow>(
    `update workspaces set ${[...sets, "updated_at = now()"].join(", ")} where id = $1 returning *`,
    [before.id, ...columns.map((name) => change[name])],
  );
  return rows[0] as WorkspaceRow;
}

export interface WorkspaceListInput {
  readonly owner_id: string;
  readonly limit: number;
  readonly after?: WorkspacePosition | undefined;
}

/** A page of the owner's workspaces, newest first. */
export async function listWorkspaces(
  db: Queryable,
  { owner_id, limit, after }: WorkspaceListInput,
): Promise<{ readonly items: readonly WorkspaceRow[]; readonly next: WorkspacePosition | null }> {
  const { rows } = await db.query<WorkspaceRow & { readonly created_us: number }>(
    `select * from (select *, (extract(epoch from created_at) * 1000000)::bigint as created_us
       from workspaces where owner_id = $1) w
     where $2::bigint is null or created_us < $2 or (created_us = $2 and id < $3)
     order by created_us desc, id desc limit $4`,
    [owner_id, after?.created_us ?? null, after?.id ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last === undefined ? null : { created_us: last.created_us, id: last.id } };
}

/** It is being used: its idle time starts again (SPEC W9). */
export async function touchWorkspace(db: Queryable, id: string): Promise<void> {
  await db.query("update workspaces set last_active_at = now() where id = $1", [id]);
}

/** What a look at the agent of a running workspace found. Changes nothing in any other status. */
export async function recordAgent(
  db: Queryable,
  id: string,
  found: { readonly agent_status: "ready" | "not_ready"; readonly agent_error: string | null },
): Promise<void> {
  await db.query(
    `update workspaces set agent_status = $2, agent_error = $3, updated_at = now()
     where id = $1 and status = 'running' and (agent_status, agent_error) is distinct from ($2::text, $3::text)`,
    [id, found.agent_status, found.agent_error],
  );
}
