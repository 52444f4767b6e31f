// Finds workspaces whose workflows must be told something or be checked.
import type { Pool, Queryable } from "../database.ts";
import type { WorkspaceRow } from "./workspaces.ts";

const BATCH = 100;
/** How long a new request is left to the process that made it. */
const REQUEST_PATH_MS = 1_000;

/** Requests that nobody delivered, because the process died or Temporal was away. Oldest first. */
export async function listUntoldWorkspaces(pool: Pool): Promise<WorkspaceRow[]> {
  const { rows } = await pool.query<WorkspaceRow>(
    `select * from workspaces where told_version < version and updated_at < now() - make_interval(secs => $2)
     order by updated_at limit $1`,
    [BATCH, REQUEST_PATH_MS / 1000],
  );
  return rows;
}

export async function markTold(db: Queryable, id: string, version: number): Promise<void> {
  await db.query("update workspaces set told_version = $2 where id = $1 and told_version < $2", [
    id,
    version,
  ]);
}

/**
 * Workspaces that should have an open run: they are changing but have not changed for a while, or their idle time has
 * passed.
 */
export async function listQuietWorkspaces(pool: Pool, quietMs: number): Promise<WorkspaceRow[]> {
  const { rows } = await pool.query<WorkspaceRow>(
    `select * from workspaces where updated_at < now() - make_interval(secs => $1) and
       (status in ('building', 'stopping', 'deleting') or (status = 'running' and ttl_ms is not null and
         last_active_at < now() - make_interval(secs => $1 + ttl_ms / 1000.0)))
     order by updated_at limit $2`,
    [quietMs / 1000, BATCH],
  );
  return rows;
}

/** Those of the ids that have a row. */
export async function knownWorkspaceIds(pool: Pool, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>("select id from workspaces where id = any($1::uuid[])", [
    ids,
  ]);
  return new Set(rows.map((row) => row.id));
}
