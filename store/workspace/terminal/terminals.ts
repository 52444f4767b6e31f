// The rows of terminals: opened, read and changed by the API.
import { terminalKeepMs, terminalOpenMaxMs } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { TerminalEndReason, TerminalSize, TerminalStatus } from "../../../core/workspace/terminal.ts";
import type { Queryable, Tx } from "../../database.ts";

export interface TerminalRow extends TerminalSize {
  readonly id: string;
  readonly workspace_id: string;
  readonly status: TerminalStatus;
  /** Grows with each change that readers are told. */
  readonly version: number;
  /** Of the worker that attends it. */
  readonly attempt: number;
  readonly close_wanted: boolean;
  readonly end_reason: TerminalEndReason | null;
  readonly end_message: string | null;
  readonly exit_code: number | null;
  readonly output_end: number;
  readonly created_at: string;
  readonly ended_at: string | null;
}

const COLUMNS =
  "id, workspace_id, status, cols, rows, version, attempt, close_wanted, end_reason, end_message, exit_code, output_end, created_at, ended_at";

const notOpenedWords =
  "No worker has opened it in time: none runs, or all of their places for terminals (EVERTURN_TERMINAL_SLOTS) are taken. Try again later.";

const notAttendedWords = "No worker has attended it for an hour. Open another terminal.";

/** A worker that was silent for so long attends nothing any more, and nobody has taken its place. */
const silentWorkerMaxS = 120;

export interface NewTerminal extends TerminalSize {
  readonly id: string;
  readonly workspace_id: string;
}

/** `tx` holds the lock of the workspace's row, so that of many opened at once no more than `max` are. Throws `too_many`. */
export async function insertTerminal(tx: Tx, terminal: NewTerminal, max: number): Promise<TerminalRow> {
  const { id, workspace_id, cols, rows } = terminal;
  await closeForsaken(tx, workspace_id);
  const { rows: inserted } = await tx.query<TerminalRow>(
    `insert into workspace_terminals (id, workspace_id, cols, rows) select $1::uuid, $2::uuid, $3::int, $4::int
     where (select count(*) from workspace_terminals where workspace_id = $2 and status <> 'closed') < $5
     returning ${COLUMNS}`,
    [id, workspace_id, cols, rows, max],
  );
  const [row] = inserted;
  if (row !== undefined) return row;
  if (max === 0) throw new Refusal("too_many", "this server opens no terminals");
  throw new Refusal("too_many", `the workspace has ${max} open terminals: close one`);
}

/** Those that no worker has opened in time, or attended for an hour. A worker that comes later finds them closed, and ends the shell. */
export async function closeForsaken(db: Queryable, workspaceId: string): Promise<void> {
  await db.query(
    `update workspace_terminals set status = 'closed', end_reason = 'failed', end_message = $3, ended_at = now(),
       version = version + 1
     where workspace_id = $1 and status = 'opening' and created_at < now() - make_interval(secs => $2)`,
    [workspaceId, terminalOpenMaxMs / 1000, notOpenedWords],
  );
  await db.query(
    `update workspace_terminals set status = 'closed', end_reason = 'failed', end_message = $3, ended_at = now(),
       version = version + 1
     where workspace_id = $1 and status = 'open' and attended_at < now() - make_interval(secs => $2)`,
    [workspaceId, terminalKeepMs / 1000, notAttendedWords],
  );
}

/** Null: it is not of this workspace, or gone. */
export async function readTerminal(
  db: Queryable,
  workspaceId: string,
  id: string,
): Promise<TerminalRow | null> {
  const { rows } = await db.query<TerminalRow>(
    `select ${COLUMNS} from workspace_terminals where id = $1 and workspace_id = $2`,
    [id, workspaceId],
  );
  return rows[0] ?? null;
}

/** Oldest first; those that have ended of late, too. */
export async function listTerminals(db: Queryable, workspaceId: string): Promise<readonly TerminalRow[]> {
  const { rows } = await db.query<TerminalRow>(
    `select ${COLUMNS} from workspace_terminals where workspace_id = $1 order by created_at, id`,
    [workspaceId],
  );
  return rows;
}

/** Null: it is closed, or gone. */
export async function resizeTerminalRow(
  db: Queryable,
  id: string,
  { cols, rows }: TerminalSize,
): Promise<TerminalRow | null> {
  const { rows: changed } = await db.query<TerminalRow>(
    `update workspace_terminals set cols = $2, rows = $3, used_at = now(),
       version = version + case when (cols, rows) = ($2::int, $3::int) then 0 else 1 end
     where id = $1 and status <> 'closed' returning ${COLUMNS}`,
    [id, cols, rows],
  );
  return changed[0] ?? null;
}

/** Its worker hangs up. Where no worker attends it, it is closed here and now. */
export async function wantClosed(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update workspace_terminals set close_wanted = true,
       status = case when alone then 'closed' else status end,
       end_reason = case when alone then 'closed' else end_reason end,
       end_message = case when alone then $3 else end_message end,
       ended_at = case when alone then now() else ended_at end,
       version = version + case when alone then 1 else 0 end
     from (select id as of, attempt = 0 or attended_at < now() - make_interval(secs => $2) as alone
       from workspace_terminals where id = $1 for update) state
     where id = of and status <> 'closed'`,
    [id, silentWorkerMaxS, closedWords],
  );
}

const closedWords = "It was closed.";

/** All terminals of a workspace. Their workers find out with their next look, within seconds. */
export async function hangUpTerminals(db: Queryable, workspaceId: string): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    "select id from workspace_terminals where workspace_id = $1 and status <> 'closed'",
    [workspaceId],
  );
  for (const { id } of rows) await wantClosed(db, id);
}

/** Somebody has it open: it does not count as idle. */
export async function markTerminalUsed(db: Queryable, id: string): Promise<void> {
  await db.query("update workspace_terminals set used_at = now() where id = $1", [id]);
}

/** Nothing could be started for it. */
export async function failTerminal(db: Queryable, id: string, message: string): Promise<void> {
  await db.query(
    `update workspace_terminals set status = 'closed', end_reason = 'failed', end_message = $2, ended_at = now(),
       version = version + 1 where id = $1 and status = 'opening'`,
    [id, message],
  );
}

export async function purgeTerminals(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    "delete from workspace_terminals where status = 'closed' and ended_at < now() - make_interval(secs => $1)",
    [terminalKeepMs / 1000],
  );
  return rowCount ?? 0;
}
