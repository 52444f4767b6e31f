// Reads one turn as people see it, and where its chat stands, in one statement.
import type { ChatStatus, LastError, Message, RequiredAction } from "../../core/chat/message.ts";
import type { JsonValue } from "../../core/part/part.ts";
import { type Queryable, readableJson } from "../database.ts";
import type { MessageRow } from "../row/messages.ts";
import { toMessage } from "../row/to-wire.ts";

export interface TurnSnapshot {
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly status: ChatStatus;
  readonly current_turn_id: number | null;
  readonly last_error: LastError | null;
  /** What a turn waits for that waits for people or for its client. */
  readonly required_action: RequiredAction | null;
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

const TURN = `select snapshot_version, history_version, status, current_turn_id, last_error, required_action,
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

/** A call that has ended while its turn waits for others. */
export interface EndedCall {
  readonly tool_call_id: string;
  readonly result: JsonValue;
  readonly is_error: boolean;
}

/** The calls of a turn that waits which have ended: their results enter the history when all are there. */
export async function readEndedCalls(db: Queryable, chatId: string): Promise<readonly EndedCall[]> {
  const { rows } = await db.query<EndedCall>(
    `select tool_call_id, result, coalesce(is_error, false) as is_error from tool_executions
     where chat_id = $1 and finished_at is not null`,
    [chatId],
  );
  return rows;
}

/** The newest answer of a turn; null when it has none. */
export async function findLastAnswer(db: Queryable, chatId: string, turnId: number): Promise<number | null> {
  const { rows } = await db.query<{ id: number | null }>(
    `select max(id) as id from messages where chat_id = $1 and turn_id = $2 and id >= $2 and role = 'assistant'
       and deleted_at is null`,
    [chatId, turnId],
  );
  return rows[0]?.id ?? null;
}

/** The turn that runs now, also one that waits while calls of it run; null when none does. */
export async function readRunningTurn(db: Queryable, chatId: string): Promise<number | null> {
  const { rows } = await db.query<{ current_turn_id: number | null }>(
    `select current_turn_id from chats where id = $1 and (status in ('running', 'interrupting')
       or status = 'requires_action' and json_array_length(${readableJson("required_action")} -> 'running') > 0)`,
    [chatId],
  );
  return rows[0]?.current_turn_id ?? null;
}
