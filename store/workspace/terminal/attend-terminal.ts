// The rows of terminals as the worker that attends one reads and changes them. Each statement names the attempt: a worker whose place
// another one has taken changes nothing.
import type { TerminalEnd, TerminalSize, TerminalStatus } from "../../../core/workspace/terminal.ts";
import type { WorkspaceStatus } from "../../../core/workspace/workspace.ts";
import type { Queryable } from "../../database.ts";

export interface HeldTerminal extends TerminalSize {
  readonly id: string;
  readonly workspace_id: string;
  readonly status: TerminalStatus;
  readonly attempt: number;
  readonly output_end: number;
}

/** Takes the place of whoever attended it before. Null: it is gone, with its workspace. */
export async function holdTerminal(db: Queryable, id: string): Promise<HeldTerminal | null> {
  const { rows } = await db.query<HeldTerminal>(
    `update workspace_terminals set attempt = attempt + 1, attended_at = now() where id = $1
     returning id, workspace_id, status, cols, rows, attempt, output_end`,
    [id],
  );
  return rows[0] ?? null;
}

type Hold = Pick<HeldTerminal, "id" | "attempt">;

export interface TerminalWish extends TerminalSize {
  readonly close_wanted: boolean;
  /** Nobody has typed or looked for so long. */
  readonly is_idle: boolean;
  readonly workspace_status: WorkspaceStatus;
}

/** What people want of it. Null: another attempt holds it, or it is closed or gone. */
export async function readTerminalWish(
  db: Queryable,
  { id, attempt }: Hold,
  idleMs: number,
): Promise<TerminalWish | null> {
  const { rows } = await db.query<TerminalWish>(
    `select t.cols, t.rows, t.close_wanted, w.status as workspace_status,
       t.used_at < now() - make_interval(secs => $3) as is_idle
     from workspace_terminals t join workspaces w on w.id = t.workspace_id
     where t.id = $1 and t.attempt = $2 and t.status <> 'closed'`,
    [id, attempt, idleMs / 1000],
  );
  return rows[0] ?? null;
}

/** Says that somebody attends it. */
export async function attendTerminalRow(db: Queryable, { id, attempt }: Hold): Promise<void> {
  await db.query("update workspace_terminals set attended_at = now() where id = $1 and attempt = $2", [
    id,
    attempt,
  ]);
}

export async function markTerminalOpen(db: Queryable, { id, attempt }: Hold): Promise<void> {
  await db.query(
    `update workspace_terminals set status = 'open', version = version + 1
     where id = $1 and attempt = $2 and status = 'opening'`,
    [id, attempt],
  );
}

export async function endTerminal(db: Queryable, { id, attempt }: Hold, end: TerminalEnd): Promise<void> {
  await db.query(
    `with ended as (update workspace_terminals set status = 'closed', end_reason = $3, end_message = $4,
         exit_code = $5, ended_at = now(), version = version + 1
       where id = $1 and attempt = $2 and status <> 'closed' returning id)
     delete from terminal_input using ended where terminal_id = ended.id`,
    [id, attempt, end.reason, end.message, end.exit_code],
  );
}

/** Takes the input that waits, in its order. */
export async function takeTerminalInput(
  db: Queryable,
  { id, attempt }: Hold,
): Promise<readonly Uint8Array[]> {
  const { rows } = await db.query<{ seq: number; bytes: Buffer }>(
    `delete from terminal_input where terminal_id = $1 and exists
       (select from workspace_terminals where id = $1 and attempt = $2 and status <> 'closed')
     returning seq, bytes`,
    [id, attempt],
  );
  return rows.toSorted((a, b) => a.seq - b.seq).map(({ bytes }) => bytes);
}
