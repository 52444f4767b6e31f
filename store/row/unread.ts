// How far a chat has been read (SPEC T9).

import type { Queryable } from "../database.ts";
import { KEEP_NEWEST_MARK } from "./chat-marks.ts";
import { ID_MAX } from "./messages.ts";

/**
 * SQL for `has_unread` beside `chats.*`: whether something that the owner did not write came after what was read. Goes
 * newest first, by the key: with `exists`, a large chat that is read to its end would be scanned completely.
 */
export const HAS_UNREAD = `(select true from messages unread
  where unread.chat_id = chats.id and unread.id between chats.last_read_message_id + 1 and ${ID_MAX}
    and unread.deleted_at is null and unread.visibility <> 'model' and unread.role <> 'user'
  order by unread.id desc limit 1) is not null as has_unread`;

/**
 * Marks everything that people can see of a chat as read. Changes no version, because reading does not change the chat;
 * a mark tells readers of the feed. Returns the owner if the chat was unread up to there, else null.
 */
export async function markChatRead(db: Queryable, chatId: string): Promise<string | null> {
  const { rows } = await db.query<{ owner_id: string }>(
    `with moved as (
       update chats set last_read_message_id = newest.id
       from (select max(id) as id from messages
             where chat_id = $1 and deleted_at is null and visibility <> 'model') newest
       where chats.id = $1 and newest.id > chats.last_read_message_id returning chats.id, owner_id)
     insert into chat_marks (chat_id, owner_id, kind) select id, owner_id, 'read' from moved ${KEEP_NEWEST_MARK}
     returning owner_id`,
    [chatId],
  );
  return rows[0]?.owner_id ?? null;
}
