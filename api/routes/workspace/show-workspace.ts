// A workspace with its newest build, as its owner sees it.
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Build, Workspace } from "../../../core/workspace/workspace.ts";
import type { Queryable } from "../../../store/database.ts";
import { type BuildRow, readBuild } from "../../../store/workspace/workspace-builds.ts";
import { readWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";

/** The link to a workspace's workflow in the Web UI; null: not configured. */
export type WorkspaceTemporalLink = (workspaceId: string) => string | null;

/** Refuses a workspace that does not exist or belongs to somebody else, in the same way (SPEC A2). */
export async function readOwnWorkspace(
  db: Queryable,
  asked: { readonly id: string; readonly owner_id: string },
): Promise<WorkspaceRow> {
  const row = await readWorkspace(db, asked.id, asked.owner_id);
  if (row === null) throw new Refusal("workspace_not_found");
  return row;
}

/** @throws Refusal `workspace_not_found` if it was deleted between two reads */
export async function showWorkspace(
  db: Queryable,
  row: WorkspaceRow,
  link: WorkspaceTemporalLink,
): Promise<Workspace> {
  const build = await readBuild(db, row.id, row.build_id);
  if (build === null) throw new Refusal("workspace_not_found");
  return toWorkspace(row, build, link);
}

export function toWorkspace(row: WorkspaceRow, build: BuildRow, link: WorkspaceTemporalLink): Workspace {
  const self = `/v1/workspaces/${row.id}`;
  return {
    id: row.id,
    owner_id: row.owner_id,
    name: row.name,
    template: row.template,
    parameters: row.parameters,
    driver: row.driver,
    status: row.status,
    agent_status: row.agent_status,
    agent_error: row.agent_error,
    error: row.error,
    build: toBuild(build),
    ttl_ms: row.ttl_ms,
    last_active_at: row.last_active_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
    links: { self, logs: `${self}/builds/${build.id}/logs`, temporal: link(row.id) },
  };
}

function toBuild(row: BuildRow): Build {
  const { id, kind, status, error, created_at, started_at, finished_at } = row;
  return { id, kind, status, error, created_at, started_at, finished_at };
}
