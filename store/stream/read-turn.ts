// Reads one turn as people see it, and where its chat stands, in one statement.
import type { ChatStatus, LastError, Message } from "../../core/chat/message.ts";
import type { Queryable } from "../database.ts";
import type { MessageRow } from "../row/messages.ts";
import { toMessage } from "../row/to-wire.ts";

export interface TurnSnapshot {
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly status: ChatStatus;
  readonly current_turn_id: number | null;
  readonly last_error: LastError | null;
  /** Whether the message that is to begin the turn still waits in the queue. */
  readonly queued: boolean;
  /** Whether there is such a turn, still. */
  readonly begun: boolean;
  /** Oldest first, from where the read began. */
  readonly messages: readonly Message[];
  readonly has_more: boolean;
}

interface TurnRow extends Omit<TurnSnapshot, "messages" | "has_more"> {
  readonly messages: readonly MessageRow[];
}

/** Of a turn that is long: what is in memory at once, for one reader. */
const pageMessagesMax = 20;

const TURN = `select snapshot_version, history_version, status, current_turn_id, last_error,
    exists (select from queued_messages where chat_id = chats.id and id = $2) as queued,
    exists (select from messages where chat_id = chats.id and id = $2 and deleted_at is null) as begun,
    (select coalesce(json_agg(m order by m.id), '[]'::json) from (select * from messages where chat_id = chats.id
       and id >= $2 and id > $3 and turn_id = $2 and deleted_at is null and visibility <> 'model'
       order by id limit ${pageMessagesMax + 1}) m) as messages
  from chats where id = $1`;

export interface TurnRange {
  /** Of the user message that began the turn, or is queued. */
  readonly message_id: number;
  /** Messages up to this one are known. */
  readonly after_id: number;
}

/** A page of a turn; its messages are all there are as of `snapshot_version` where no more follow. Null: no such chat. */
export async function readTurn(
  db: Queryable,
  chatId: string,
  { message_id, after_id }: TurnRange,
): Promise<TurnSnapshot | null> {
  const { rows } = await db.query<TurnRow>(TURN, [chatId, message_id, after_id]);
  const [row] = rows;
  if (row === undefined) return null;
  const messages = row.messages.slice(0, pageMessagesMax).map(toMessage);
  return { ...row, messages, has_more: row.messages.length > pageMessagesMax };
}

/** The turn that runs now; null when none does. */
export async function readRunningTurn(db: Queryable, chatId: string): Promise<number | null> {
  const { rows } = await db.query<{ current_turn_id: number | null }>(
    "select current_turn_id from chats where id = $1 and status in ('running', 'interrupting')",
    [chatId],
  );
  return rows[0]?.current_turn_id ?? null;
}
