// The store is the only room with SQL. This file: how far a chat has been read (SPEC T9).
import type { Queryable } from "./database.ts";

/** SQL for `has_unread` beside `chats.*`: something that its owner did not write came after what was read. */
export const HAS_UNREAD = `exists (select 1 from messages unread
  where unread.chat_id = chats.id and unread.id > chats.last_read_message_id and unread.deleted_at is null
    and unread.visibility <> 'model' and unread.role <> 'user') as has_unread`;

/**
 * Marks all that people can see of a chat as read. No version is bumped: reading changes nothing of the chat.
 * Returns whether there was anything unread.
 */
export async function markChatRead(db: Queryable, chatId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update chats set last_read_message_id = newest.id
     from (select max(id) as id from messages
           where chat_id = $1 and deleted_at is null and visibility <> 'model') newest
     where chats.id = $1 and newest.id > chats.last_read_message_id`,
    [chatId],
  );
  return (rowCount ?? 0) > 0;
}
