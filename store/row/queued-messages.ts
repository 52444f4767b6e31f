// The queue of a chat, in order of position. Only transitions write it.

import type { QueuedMessage } from "../../core/chat/message.ts";
import type { InputPart } from "../../core/part/part.ts";
import type { TurnOptions } from "../../core/tool/turn-options.ts";
import type { Queryable } from "../database.ts";
import type { Draft } from "../unit.ts";
import { noteMessageFiles, renoteMessageFiles } from "./message-files.ts";

export interface QueuedRow extends QueuedMessage {
  readonly created_by: string | null;
  readonly turn_options: TurnOptions | null;
}

const COLUMNS = `id, chat_id, content, model_config_id, reasoning_effort, position, steer, created_by, created_at,
  turn_options`;

export interface NewQueuedMessage {
  readonly content: readonly InputPart[];
  readonly model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly created_by: string | null;
  readonly steer: boolean;
  readonly turn_options?: TurnOptions | null;
}

export async function readQueue(db: Queryable, chatId: string): Promise<QueuedRow[]> {
  const { rows } = await db.query<QueuedRow>(
    `select ${COLUMNS} from queued_messages where chat_id = $1 order by position, id`,
    [chatId],
  );
  return rows;
}

/** Appends at the end: a new message never overtakes older ones (SPEC Q3). */
export async function enqueue(draft: Draft, message: NewQueuedMessage): Promise<QueuedRow> {
  const { rows } = await draft.unit.tx.query<QueuedRow>(
    `insert into queued_messages (chat_id, content, model_config_id, reasoning_effort, position, created_by, steer,
       turn_options)
     values ($1, $2, $3, $4, (select coalesce(max(position), 0) + 1 from queued_messages where chat_id = $1), $5, $6, $7)
     returning ${COLUMNS}`,
    [
      draft.before.id,
      JSON.stringify(message.content),
      message.model_config_id,
      message.reasoning_effort,
      message.created_by,
      message.steer,
      message.turn_options == null ? null : JSON.stringify(message.turn_options),
    ],
  );
  draft.change.queue_length = queueLength(draft) + 1;
  const queued = rows[0] as QueuedRow;
  await noteMessageFiles(draft.unit.tx, {
    chat_id: queued.chat_id,
    message_id: queued.id,
    content: queued.content,
  });
  return queued;
}

/** Removes a queued message and returns it; null if it does not exist. */
export async function dequeue(draft: Draft, id: number): Promise<QueuedRow | null> {
  const { rows } = await draft.unit.tx.query<QueuedRow>(
    `with freed as (delete from message_files where chat_id = $1 and message_id = $2)
     delete from queued_messages where chat_id = $1 and id = $2 returning ${COLUMNS}`,
    [draft.before.id, id],
  );
  const [row] = rows;
  if (row === undefined) return null;
  draft.change.queue_length = queueLength(draft) - 1;
  return row;
}

export async function clearQueue(draft: Draft): Promise<void> {
  await draft.unit.tx.query(
    `with gone as (delete from queued_messages where chat_id = $1 returning chat_id, id)
     delete from message_files f using gone where f.chat_id = gone.chat_id and f.message_id = gone.id`,
    [draft.before.id],
  );
  draft.change.queue_length = 0;
}

/** Numbers the messages 1, 2, 3 … in this order of ids. */
export async function reorderQueue(draft: Draft, ids: readonly number[]): Promise<void> {
  await draft.unit.tx.query(
    `update queued_messages q set position = o.position
     from unnest($2::bigint[]) with ordinality as o (id, position) where q.chat_id = $1 and q.id = o.id`,
    [draft.before.id, ids],
  );
}

/** Replaces the content of a queued message. */
export async function updateQueuedContent(
  draft: Draft,
  { id, content: before }: Pick<QueuedRow, "id" | "content">,
  content: readonly InputPart[],
): Promise<void> {
  const { tx } = draft.unit;
  const chat_id = draft.before.id;
  await tx.query("update queued_messages set content = $3 where chat_id = $1 and id = $2", [
    chat_id,
    id,
    JSON.stringify(content),
  ]);
  await renoteMessageFiles(tx, { chat_id, message_id: id, content }, before);
}

function queueLength(draft: Draft): number {
  return draft.change.queue_length ?? draft.before.queue_length;
}
