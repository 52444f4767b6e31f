// Reads and ends builds of workspaces, and reads their logs.
import type { BuildKind, BuildStatus } from "../../core/workspace/workspace.ts";
import type { Queryable, Tx } from "../database.ts";

/** The turn that started something. */
export interface BeganBy {
  readonly chat_id: string;
  readonly turn_id: number;
}

export interface BuildRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly kind: BuildKind;
  readonly status: BuildStatus;
  /** Why it failed or was cancelled. */
  readonly error: string | null;
  readonly began_by_chat: string | null;
  readonly began_by_turn: number | null;
  readonly provisioned: boolean;
  readonly connect_started_at: string | null;
  /** The process whose output is copied into the log; its first `followed_bytes` bytes are there. */
  readonly followed_key: string | null;
  readonly followed_bytes: number;
  readonly log_seq: number;
  readonly log_bytes: number;
  readonly attempt_scheduled_ms: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface BuildLogLine {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: string;
  /** One line, without its line end. */
  readonly text: string;
}

/** Null if the workspace has no such build. */
export async function readBuild(
  db: Queryable,
  workspace_id: string,
  build_id: string,
): Promise<BuildRow | null> {
  const { rows } = await db.query<BuildRow>(
    "select * from workspace_builds where id = $1 and workspace_id = $2",
    [build_id, workspace_id],
  );
  return rows[0] ?? null;
}

/** Builds by id, for lists of workspaces with their newest builds. */
export async function readBuilds(db: Queryable, ids: readonly string[]): Promise<Map<string, BuildRow>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<BuildRow>("select * from workspace_builds where id = any($1)", [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Lines after `after_seq`, in order, at most `limit`. */
export async function readBuildLog(
  db: Queryable,
  build_id: string,
  { after_seq, limit }: { readonly after_seq: number; readonly limit: number },
): Promise<readonly BuildLogLine[]> {
  const { rows } = await db.query<BuildLogLine>(
    "select seq, at, text from build_logs where build_id = $1 and seq > $2 order by seq limit $3",
    [build_id, after_seq, limit],
  );
  return rows;
}

/** The last `limit` lines, in order. */
export async function readBuildLogTail(
  db: Queryable,
  build_id: string,
  limit: number,
): Promise<readonly BuildLogLine[]> {
  const { rows } = await db.query<BuildLogLine>(
    "select seq, at, text from build_logs where build_id = $1 order by seq desc limit $2",
    [build_id, limit],
  );
  return rows.toReversed();
}

export async function insertBuild(
  tx: Tx,
  build: {
    readonly id: string;
    readonly workspace_id: string;
    readonly kind: BuildKind;
    readonly began_by: BeganBy | null;
  },
): Promise<void> {
  const { id, workspace_id, kind, began_by } = build;
  await tx.query(
    `insert into workspace_builds (id, workspace_id, kind, status, began_by_chat, began_by_turn)
     values ($1, $2, $3, 'queued', $4, $5)`,
    [id, workspace_id, kind, began_by?.chat_id ?? null, began_by?.turn_id ?? null],
  );
}

/** Ends an open build; false if it has already ended. `tx` must hold the lock of its workspace. */
export async function endOpenBuild(
  tx: Tx,
  build_id: string,
  end: { readonly status: BuildStatus; readonly error: string | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update workspace_builds set status = $2, error = $3, finished_at = now()
     where id = $1 and status in ('queued', 'running')`,
    [build_id, end.status, end.error],
  );
  return rowCount === 1;
}

export function cancelOpenBuild(tx: Tx, build_id: string, why: string): Promise<boolean> {
  return endOpenBuild(tx, build_id, { status: "cancelled", error: why });
}
