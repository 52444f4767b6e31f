// Marks chats as read or deleted (SPEC T8), and removes old marks.
import { chatMarkKeepMs } from "../../core/chat/limits.ts";
import type { Queryable } from "../database.ts";

/** SQL that keeps the newest mark of each chat. Put rows of chat_id, owner_id and kind before it. */
export const KEEP_NEWEST_MARK = `on conflict (chat_id) do update set kind = excluded.kind, at = excluded.at`;

/** Marks a chat as deleted, in the transaction that deletes it and holds its lock. */
export async function markDeleted(
  db: Queryable,
  chats: readonly { readonly id: string; readonly owner_id: string }[],
): Promise<void> {
  await db.query(
    `insert into chat_marks (chat_id, owner_id, kind)
     select *, 'deleted' from unnest($1::uuid[], $2::uuid[]) ${KEEP_NEWEST_MARK}`,
    [chats.map((chat) => chat.id), chats.map((chat) => chat.owner_id)],
  );
}

/** Deletes marks that no reader resumes from any more. Returns how many. */
export async function purgeChatMarks(db: Queryable): Promise<number> {
  const { rowCount } = await db.query("delete from chat_marks where at < now() - make_interval(secs => $1)", [
    chatMarkKeepMs / 1000,
  ]);
  return rowCount ?? 0;
}
