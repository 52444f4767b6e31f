// Lists a chat's history page by page, as people see it.
import { type Pool, type Tx, withTransaction } from "../database.ts";
import type { MessageRow } from "./messages.ts";
import { type MeasuredRow, withinBytes, withoutRest } from "./page-bytes.ts";
import { type QueuedRow, readQueue } from "./queued-messages.ts";

export interface MessagePage {
  readonly messages: readonly MessageRow[];
  /** Whether there are more in the direction of the page. */
  readonly has_more: boolean;
  /** The whole queue. */
  readonly queue: readonly QueuedRow[];
}

export interface MessagePageInput {
  readonly chat_id: string;
  readonly before_id?: number | undefined;
  readonly after_id?: number | undefined;
  readonly limit: number;
}

/**
 * At most `limit` messages, and fewer if they are very large, between `after_id` and `before_id`, without these two: newest first, or oldest first with only `after_id`.
 * Messages and queue come from one moment, so a message that is being promoted is in exactly one of them.
 */
export async function listMessages(pool: Pool, page: MessagePageInput): Promise<MessagePage> {
  return withTransaction(pool, async (tx) => {
    await tx.query("set transaction isolation level repeatable read, read only");
    const rows = await readPage(tx, page);
    const queue = await readQueue(tx, page.chat_id);
    const messages = withoutRest(rows.slice(0, page.limit));
    return { messages, has_more: rows.length > messages.length, queue };
  });
}

async function readPage(tx: Tx, page: MessagePageInput): Promise<MeasuredRow[]> {
  const oldestFirst = page.after_id !== undefined && page.before_id === undefined;
  const order = oldestFirst ? "asc" : "desc";
  const found = `select * from messages
     where chat_id = $1 and deleted_at is null and visibility in ('user', 'both')
       and ($2::bigint is null or id < $2) and ($3::bigint is null or id > $3)
     order by id ${order} limit $4`;
  const { rows } = await tx.query<MeasuredRow>(withinBytes(found, order), [
    page.chat_id,
    page.before_id ?? null,
    page.after_id ?? null,
    page.limit + 1,
  ]);
  return rows;
}
