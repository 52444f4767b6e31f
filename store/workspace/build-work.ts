// One activity's work on a build: whether it may continue, how far the build has come, and its log. An attempt is
// identified by when Temporal scheduled it. One that was scheduled earlier comes from a worker that was given up.
import { buildLogBytesMax } from "../../core/chat/limits.ts";
import { type Pool, type Tx, withTransaction } from "../database.ts";
import type { BuildRow } from "./workspace-builds.ts";
import type { OpenBuildRef } from "./workspace-progress.ts";
import { readWorkspace, type WorkspaceRow } from "./workspaces.ts";

export interface BuildAttempt extends OpenBuildRef {
  /** By Temporal's clock, milliseconds since 1970. */
  readonly scheduled_ms: number;
}

export interface BuildWork {
  readonly type: "work";
  readonly workspace: WorkspaceRow;
  readonly build: BuildRow;
  /** Time since the build started, and since its agent was first looked for (null: not yet), by the database's clock. */
  readonly age_ms: number;
  readonly connecting_ms: number | null;
  /** An earlier build may have left something here. */
  readonly has_predecessor: boolean;
}

export type BuildBegin =
  | BuildWork
  /** Cancelled, ended, or its workspace is gone. */
  | { readonly type: "over" }
  /** An attempt that was scheduled later works on it. */
  | { readonly type: "stale" };

type BegunRow = BuildRow & Pick<BuildWork, "age_ms" | "connecting_ms" | "has_predecessor">;

/** Takes the build over for this attempt. The first attempt starts it. */
export async function beginBuildWork(pool: Pool, attempt: BuildAttempt): Promise<BuildBegin> {
  const { rows } = await pool.query<BegunRow>(
    `update workspace_builds b set status = 'running', started_at = coalesce(b.started_at, now()), attempt_scheduled_ms = $3
     from workspaces w where b.id = $1 and w.id = $2 and w.id = b.workspace_id and ${OPEN} and b.attempt_scheduled_ms <= $3
     returning b.*, (extract(epoch from now() - b.started_at) * 1000)::bigint as age_ms,
       (extract(epoch from now() - b.connect_started_at) * 1000)::bigint as connecting_ms,
       exists (select from workspace_builds e where e.workspace_id = w.id and e.id <> b.id) as has_predecessor`,
    [attempt.build_id, attempt.workspace_id, attempt.scheduled_ms],
  );
  const build = rows[0];
  const workspace = await readWorkspace(pool, attempt.workspace_id, null);
  if (build !== undefined && workspace !== null) return { ...build, type: "work", workspace, build };
  return { type: (await checkBuildAttempt(pool, attempt)) === "stale" ? "stale" : "over" };
}

/** For `workspaces w` and `workspace_builds b`: the build should continue. */
const OPEN = "w.build_id = b.id and w.status = 'building' and b.status in ('queued', 'running')";

/** Whether this attempt should continue. */
export async function checkBuildAttempt(
  pool: Pool,
  attempt: BuildAttempt,
): Promise<"going" | "over" | "stale"> {
  const { rows } = await pool.query<{ attempt_scheduled_ms: number }>(
    `select b.attempt_scheduled_ms from workspace_builds b join workspaces w on w.id = b.workspace_id
     where b.id = $1 and ${OPEN}`,
    [attempt.build_id],
  );
  if (rows[0] === undefined) return "over";
  return rows[0].attempt_scheduled_ms > attempt.scheduled_ms ? "stale" : "going";
}

/** The place exists. */
export async function markProvisioned(pool: Pool, { build_id }: OpenBuildRef): Promise<void> {
  await pool.query("update workspace_builds set provisioned = true where id = $1", [build_id]);
}

/** The agent is being looked for. Its time runs from the first look, whoever takes it. */
export async function markConnecting(pool: Pool, ref: OpenBuildRef): Promise<void> {
  await pool.query(
    "update workspace_builds set connect_started_at = coalesce(connect_started_at, now()) where id = $1",
    [ref.build_id],
  );
  await setAgent(pool, ref, { agent_status: "connecting", agent_error: null });
}

/** The result of looking for the agent. */
export async function setAgent(
  pool: Pool,
  ref: OpenBuildRef,
  found: Pick<WorkspaceRow, "agent_status" | "agent_error">,
): Promise<void> {
  await pool.query(
    `update workspaces set agent_status = $3, agent_error = $4, updated_at = now()
     where id = $1 and build_id = $2 and status = 'building'`,
    [ref.workspace_id, ref.build_id, found.agent_status, found.agent_error],
  );
}

/** All build commands of the template have run: later starts skip them. */
export async function markCommandsRun(pool: Pool, ref: OpenBuildRef): Promise<void> {
  await pool.query(
    "update workspaces set commands_run = true where id = $1 and build_id = $2 and status = 'building'",
    [ref.workspace_id, ref.build_id],
  );
}

export interface BuildLogAddition {
  readonly lines: readonly string[];
  /** The lines are this process's output up to this byte: another worker continues from there. */
  readonly followed?: { readonly key: string; readonly bytes: number };
}

/** Adds lines to the log. False, and nothing is added, if another attempt has taken over or the build has ended. */
export async function appendBuildLog(
  pool: Pool,
  attempt: BuildAttempt,
  { lines, followed }: BuildLogAddition,
): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<BuildRow>(
      `select * from workspace_builds where id = $1 and status = 'running' and attempt_scheduled_ms = $2 for update`,
      [attempt.build_id, attempt.scheduled_ms],
    );
    const build = rows[0];
    if (build === undefined) return false;
    const kept = whatFits(lines, build.log_bytes);
    await insertLines(tx, build, kept.lines);
    await tx.query(
      `update workspace_builds set log_seq = log_seq + $2, log_bytes = log_bytes + $3,
         followed_key = coalesce($4, followed_key), followed_bytes = coalesce($5, followed_bytes) where id = $1`,
      [build.id, kept.lines.length, kept.bytes, followed?.key ?? null, followed?.bytes ?? null],
    );
    return true;
  });
}

async function insertLines(tx: Tx, build: BuildRow, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `insert into build_logs (build_id, seq, at, text)
     select $1, $2 + nr, clock_timestamp(), line from unnest($3::text[]) with ordinality as l (line, nr)`,
    [build.id, build.log_seq, lines.map(storable)],
  );
}

/** Postgres does not store \u0000 in text. */
function storable(line: string): string {
  return line.replaceAll("\u0000", "\uFFFD");
}

/** As many of the lines as the log has room for. The single line that says so exceeds the limit, once. */
function whatFits(lines: readonly string[], logBytes: number): { lines: readonly string[]; bytes: number } {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (logBytes + bytes > buildLogBytesMax) break;
    const size = Buffer.byteLength(line) + 1;
    const isFull = logBytes + bytes + size > buildLogBytesMax;
    kept.push(isFull ? "… the log is full: what follows is not kept" : line);
    bytes += isFull ? buildLogBytesMax + 1 - logBytes - bytes : size;
  }
  return { lines: kept, bytes };
}
