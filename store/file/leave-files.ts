// What becomes of files when what names them goes: chats, old messages, users.
import { unfinishedFileKeepMs, unusedFileKeepMs } from "../../core/chat/limits.ts";
import type { Queryable, Tx } from "../database.ts";

/** Rows that one statement deletes: each has up to forty pieces. */
const batchMax = 100;

/**
 * Deletes the files that only these chats name. Call it before the chats go. The rows are locked first, in the order in which messages
 * lock them: a message that is being written with one of them is committed by then, and the deletion sees it.
 */
export async function deleteFilesOf(tx: Tx, chatIds: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from files where id in (select file_id from message_files where chat_id = any($1)) order by id for update`,
    [chatIds],
  );
  if (rows.length === 0) return;
  await tx.query(
    `delete from files where id = any($2)
       and not exists (select from message_files other where other.file_id = files.id and other.chat_id <> all($1))`,
    [chatIds, rows.map(({ id }) => id)],
  );
}

/** Gives the files that a chat names to its new owner. */
export async function handOverFilesOf(
  tx: Tx,
  chat: { readonly id: string; readonly from: string; readonly to: string },
): Promise<void> {
  await tx.query(
    `update files set owner_id = $3 where owner_id = $2
       and id in (select file_id from message_files where chat_id = $1)`,
    [chat.id, chat.from, chat.to],
  );
}

/** Deletes all files of a user, a few at a time. */
export async function deleteFilesOfUser(db: Queryable, ownerId: string): Promise<void> {
  for (let deleted = batchMax; deleted === batchMax; ) {
    const { rowCount } = await db.query(
      "delete from files where id in (select id from files where owner_id = $1 limit $2)",
      [ownerId, batchMax],
    );
    deleted = rowCount ?? 0;
  }
}

/** Files that no message names, and uploads whose process has died. */
export async function purgeUnusedFiles(db: Queryable): Promise<number> {
  for (let purged = 0; ; ) {
    const { rowCount } = await db.query(
      `delete from files where last_used_at < now() - make_interval(secs => $1) and id in (select id from files f
         where last_used_at < now() - make_interval(secs => $1)
           and (ready_at is null or (last_used_at < now() - make_interval(secs => $2)
             and not exists (select from message_files u where u.file_id = f.id))) limit $3)`,
      [unfinishedFileKeepMs / 1000, unusedFileKeepMs / 1000, batchMax],
    );
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < batchMax) return purged;
  }
}
