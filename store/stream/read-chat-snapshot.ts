// Reads what a stream shows of a chat, in one statement at one moment.
import type { Message, QueuedMessage } from "../../core/chat/message.ts";
import { prepared, type Queryable } from "../database.ts";
import { CHILD_QUESTIONS } from "../row/attention.ts";
import { CHAT_COLUMNS } from "../row/chat-row.ts";
import { type MeasuredRow, withinBytes, withoutRest } from "../row/page-bytes.ts";
import { toMessage, toQueuedMessage, type WireChatRow } from "../row/to-wire.ts";
import { HAS_UNREAD } from "../row/unread.ts";

/** Messages as people see them, oldest first. */
export interface ShownMessages {
  readonly messages: readonly CommittedMessage[];
  /** Whether more messages match than were asked for; these are the newest. */
  readonly has_more: boolean;
}

/** A message, and the episodes that its commit ended. */
export interface CommittedMessage {
  readonly message: Message;
  readonly closes: readonly string[];
}

export interface ChatSnapshot extends ShownMessages {
  readonly chat: WireChatRow;
  readonly queued_messages: readonly QueuedMessage[];
  /** Episodes closed since then, including those closed by messages that only the model sees. */
  readonly closes: readonly string[];
}

/** The newest `limit` messages that changed after `since_version`; 0 means all. */
export interface MessageRange {
  readonly since_version: number;
  readonly limit: number;
}

/** A database that does not answer for this long counts as away: readers must not wait for a dead connection. */
const answerMaxMs = 5_000;

// Prompt-only messages are not shown, but for readers their episodes are over, too.
const SHOWN = "deleted_at is null and visibility <> 'model'";

const MESSAGES = `select coalesce(json_agg(m order by m.id), '[]'::json) from (${withinBytes(
  `select * from messages where chat_id = chats.id and ${SHOWN} and version > $2 order by id desc limit $3`,
)}) m`;

const CLOSES = `select coalesce(json_agg(distinct closed), '[]'::json)
  from messages, unnest(closes) closed where chat_id = chats.id and deleted_at is null and version > $2 and $2 > 0`;

const QUEUE = `select coalesce(json_agg(q order by q.position, q.id), '[]'::json) from (
    select id, chat_id, content, model_config_id, reasoning_effort, position, steer, created_at
    from queued_messages where chat_id = chats.id) q`;

const SNAPSHOT = `select ${CHAT_COLUMNS.join(", ")}, ${HAS_UNREAD}, ${CHILD_QUESTIONS},
    (${MESSAGES}) as shown_messages, (${CLOSES}) as shown_closes, (${QUEUE}) as shown_queue from chats where id = $1`;

interface SnapshotRow extends WireChatRow {
  readonly shown_messages: readonly MeasuredRow[];
  readonly shown_closes: readonly string[];
  readonly shown_queue: readonly QueuedMessage[];
}

/** The chat, its queue and its messages in one consistent read; null if there is no such chat. */
export async function readChatSnapshot(
  db: Queryable,
  chatId: string,
  range: MessageRange,
): Promise<ChatSnapshot | null> {
  const query = {
    ...prepared(SNAPSHOT, [chatId, range.since_version, range.limit + 1]),
    query_timeout: answerMaxMs,
  };
  const { rows } = await db.query<SnapshotRow>(query);
  const [row] = rows;
  if (row === undefined) return null;
  const { shown_messages, shown_closes, shown_queue, ...chat } = row;
  return {
    chat,
    queued_messages: shown_queue.map(toQueuedMessage),
    closes: shown_closes,
    ...newest(shown_messages, range.limit),
  };
}

/** Messages of a chat as it was at `up_to_version`. Later changes are left out: the caller will hear of them. */
export async function readShownMessages(
  db: Queryable,
  chatId: string,
  range: MessageRange & { readonly up_to_version: number },
): Promise<ShownMessages> {
  const { rows } = await db.query<MeasuredRow>(
    withinBytes(
      `select * from messages where chat_id = $1 and ${SHOWN} and version > $2 and version <= $4 order by id desc limit $3`,
    ),
    [chatId, range.since_version, range.limit + 1, range.up_to_version],
  );
  return newest(rows.toReversed(), range.limit);
}

/** Of rows in the order of their ids the newest, within both caps; the newest one always. */
function newest(rows: readonly MeasuredRow[], limit: number): ShownMessages {
  const kept = withoutRest(rows.slice(-limit));
  return {
    messages: kept.map((row) => ({ message: toMessage(row), closes: row.closes })),
    has_more: rows.length > kept.length,
  };
}
