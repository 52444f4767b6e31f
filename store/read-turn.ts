// The store is the only room with SQL. This file: one turn as people see it, and where its chat stands, read at one moment by
// one statement.
import type { ChatStatus, LastError, Message } from "../core/message.ts";
import type { Queryable } from "./database.ts";
import type { MessageRow } from "./messages.ts";
import { toMessage } from "./to-wire.ts";

export interface TurnSnapshot {
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly status: ChatStatus;
  readonly current_turn_id: number | null;
  readonly last_error: LastError | null;
  /** Whether the message that is to begin the turn still waits in the queue. */
  readonly queued: boolean;
  /** Oldest first; empty when there is no such turn, or none any more. */
  readonly messages: readonly Message[];
}

interface TurnRow extends Omit<TurnSnapshot, "messages"> {
  readonly messages: readonly MessageRow[];
}

const TURN = `select snapshot_version, history_version, status, current_turn_id, last_error,
    exists (select from queued_messages where chat_id = chats.id and id = $2) as queued,
    (select coalesce(json_agg(m order by m.id), '[]'::json) from messages m where chat_id = chats.id and id >= $2
       and turn_id = $2 and deleted_at is null and visibility <> 'model') as messages
  from chats where id = $1`;

/** @param messageId of the user message that began the turn, or is queued. Null: there is no such chat. */
export async function readTurn(
  db: Queryable,
  chatId: string,
  messageId: number,
): Promise<TurnSnapshot | null> {
  const { rows } = await db.query<TurnRow>(TURN, [chatId, messageId]);
  const [row] = rows;
  return row === undefined ? null : { ...row, messages: row.messages.map(toMessage) };
}

/** The turn that runs now; null when none does. */
export async function readRunningTurn(db: Queryable, chatId: string): Promise<number | null> {
  const { rows } = await db.query<{ current_turn_id: number | null }>(
    "select current_turn_id from chats where id = $1 and status in ('running', 'interrupting')",
    [chatId],
  );
  return rows[0]?.current_turn_id ?? null;
}
