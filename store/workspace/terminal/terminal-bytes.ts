// What passes between the API and the worker that attends a terminal: input, and the newest output.
import { terminalOutputBytesMax, terminalWaitingBytesMax } from "../../../core/chat/limits.ts";
import type { Queryable } from "../../database.ts";

export interface TerminalOutput {
  readonly from_offset: number;
  readonly to_offset: number;
  readonly bytes: Uint8Array;
  /** How the terminal was set where it begins, as sequences; empty: as a new one. */
  readonly modes: string;
}

/** Output that comes in drops, as the echo of keys does, is joined to rows of about this size. */
const joinedBytesMax = 4 * 1024;

/** Keeps a piece of output, and of what was before it as much as fits. False: another attempt attends the terminal, or it is closed. */
export async function keepTerminalOutput(
  db: Queryable,
  hold: { readonly id: string; readonly attempt: number },
  { from_offset, to_offset, bytes, modes }: TerminalOutput,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with held as (update workspace_terminals set output_end = $4::bigint
         where id = $1 and attempt = $2 and status <> 'closed' and output_end <= $3::bigint returning id),
       gone as (delete from terminal_output o using held where o.terminal_id = held.id and to_offset <= $4::bigint - $6::bigint),
       joined as (update terminal_output o set to_offset = $4::bigint, bytes = o.bytes || $5::bytea from held
         where o.terminal_id = held.id and o.to_offset = $3::bigint and octet_length(o.bytes) < $7 returning 1),
       added as (insert into terminal_output (terminal_id, from_offset, to_offset, bytes, modes)
         select id, $3::bigint, $4::bigint, $5::bytea, $8 from held where not exists (select from joined))
     select from held`,
    [hold.id, hold.attempt, from_offset, to_offset, bytes, terminalOutputBytesMax, joinedBytesMax, modes],
  );
  return rowCount === 1;
}

/** The newest piece that is kept; null: none is. */
export async function readNewestTerminalOutput(db: Queryable, id: string): Promise<TerminalOutput | null> {
  const { rows } = await db.query<TerminalOutput>(
    `select from_offset, to_offset, bytes, modes from terminal_output where terminal_id = $1
     order by from_offset desc limit 1`,
    [id],
  );
  return rows[0] ?? null;
}

/** What is kept of the output behind a place, at most `limit` pieces. The first may begin before that place. */
export async function readTerminalOutput(
  db: Queryable,
  id: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly TerminalOutput[]> {
  const { rows } = await db.query<TerminalOutput>(
    `select from_offset, to_offset, bytes, modes from terminal_output where terminal_id = $1 and to_offset > $2
     order by from_offset limit $3`,
    [id, after, limit],
  );
  return rows;
}

/** False: so much input waits already that this has no room. The terminal must exist. */
export async function addTerminalInput(db: Queryable, id: string, bytes: Uint8Array): Promise<boolean> {
  const { rowCount } = await db.query(
    `with used as (update workspace_terminals set used_at = now() where id = $1::uuid and used_at < now() - interval '5 s')
     insert into terminal_input (terminal_id, bytes) select $1::uuid, $2::bytea
     where (select coalesce(sum(octet_length(bytes)), 0) from terminal_input where terminal_id = $1) + $3::bigint <= $4::bigint`,
    [id, bytes, bytes.length, terminalWaitingBytesMax],
  );
  return rowCount === 1;
}
