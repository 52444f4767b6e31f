// Which messages name which files: written with each message that names some, so that files outlive no message and no message
// its files. A message without files costs nothing here.
import { type FilePart, filesIn, type InputPart, type Part } from "../../core/part/part.ts";
import type { Queryable, Tx } from "../database.ts";

export interface NamingMessage {
  readonly chat_id: string;
  /** In the history or in the queue. */
  readonly message_id: number;
  readonly content: readonly Part[];
}

/** Notes the files that a message names. Those that were deleted meanwhile stay words in it. */
export async function noteMessageFiles(tx: Queryable, message: NamingMessage): Promise<void> {
  const ids = fileIdsOf(message.content);
  if (ids.length === 0) return;
  await tx.query(
    `insert into message_files (chat_id, message_id, file_id)
     select $1, $2, id from files where id = any($3) for key share on conflict do nothing`,
    [message.chat_id, message.message_id, ids],
  );
}

/** The same for a message whose content was replaced. */
export async function renoteMessageFiles(
  tx: Tx,
  message: NamingMessage,
  before: readonly Part[],
): Promise<void> {
  if (filesIn(before).length > 0) {
    await tx.query("delete from message_files where chat_id = $1 and message_id = $2", [
      message.chat_id,
      message.message_id,
    ]);
  }
  await noteMessageFiles(tx, message);
}

export function fileIdsOf(content: readonly (Part | InputPart)[]): string[] {
  return [...new Set(filesIn(content).map((part: FilePart) => part.file_id))];
}
