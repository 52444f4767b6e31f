// Outbox rows: what Temporal must be told, written in the transaction that needs it.
import { type Pool, prepared, type Queryable, type Tx } from "../database.ts";

/**
 * `start` opens a run if none is open and the chat still needs one. `signal` reaches an open run or nobody. `cancel`
 * ends the run of a deleted chat. `describe` goes to the workflow that describes the chat, not to the turn's.
 */
export type OutboxKind = "start" | "signal" | "cancel" | "describe";

/** What should be written about a chat (SPEC M1, M2). */
export interface DescribeRequest {
  /** Version of the title to replace; null if no title is wanted. */
  readonly title_version: number | null;
  /** Whether the turn should be summed up. */
  readonly summary: boolean;
}

export interface OutboxPayload {
  readonly owner_id: string;
  readonly turn_id: number;
  readonly version: number;
  readonly title: string;
  readonly model: string;
  /** Of a subagent: the chat that started it. */
  readonly parent_chat_id?: string;
  /** For the kind `describe`. */
  readonly describe?: DescribeRequest;
}

export interface NewOutboxRow {
  readonly chat_id: string;
  readonly kind: OutboxKind;
  readonly signal: string;
  readonly payload: OutboxPayload;
  /** How long the relay leaves it to whoever wrote it; absent: two seconds. */
  readonly relay_after_ms?: number;
}

export interface OutboxRow extends NewOutboxRow {
  readonly id: number;
  readonly tries: number;
}

/** How long the relay leaves a new row to the request that wrote it. */
const REQUEST_PATH_MS = 2_000;
/** Rows that one lease takes. */
export const outboxBatchMax = 50;

export async function insertOutboxRow(tx: Tx, row: NewOutboxRow): Promise<OutboxRow> {
  const { rows } = await tx.query<{ id: number }>(
    prepared(
      `insert into outbox (chat_id, kind, signal, payload, not_before)
     values ($1, $2, $3, $4, now() + make_interval(secs => $5)) returning id`,
      [
        row.chat_id,
        row.kind,
        row.signal,
        JSON.stringify(row.payload),
        (row.relay_after_ms ?? REQUEST_PATH_MS) / 1000,
      ],
    ),
  );
  return { ...row, id: (rows[0] as { id: number }).id, tries: 0 };
}

export async function deleteOutboxRows(db: Queryable, ids: readonly number[]): Promise<void> {
  await db.query(prepared("delete from outbox where id = any($1)", [ids]));
}

/**
 * Due rows, oldest first, leased for ten seconds: another relay skips them, and a relay that dies gives them back.
 * Descriptions are leased separately, so that no turn waits behind them.
 */
export async function leaseOutboxRows(
  pool: Pool,
  of: "turns" | "descriptions" = "turns",
): Promise<OutboxRow[]> {
  const { rows } = await pool.query<OutboxRow>(
    `update outbox set not_before = now() + interval '10 seconds', tries = tries + 1
     where id in (select id from outbox where not_before <= now() and (kind = 'describe') = $2
       order by id limit $1 for update skip locked)
     returning id, chat_id, kind, signal, payload, tries`,
    [outboxBatchMax, of === "descriptions"],
  );
  return rows.sort((a, b) => a.id - b.id);
}

/** Postpones a row after a failed delivery: by 1, 2, 4 … at most 30 seconds. */
export async function postponeOutboxRow(db: Queryable, row: OutboxRow): Promise<void> {
  const seconds = Math.min(30, 2 ** Math.min(row.tries, 5));
  await db.query("update outbox set not_before = now() + make_interval(secs => $2) where id = $1", [
    row.id,
    seconds,
  ]);
}
