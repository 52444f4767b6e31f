// Puts files into a message: only the chat's owner's own, and not too many of them (SPEC C5). The row says what a file is called
// and of which type, whatever the client says.
import { filesPerChatMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { FilePart, InputPart } from "../../core/part/part.ts";
import type { Tx } from "../database.ts";
import { fileIdsOf } from "../row/message-files.ts";
import type { Draft } from "../unit.ts";

/** Messages whose files do not count, because the message replaces them. */
export interface Replaced {
  readonly replaces?: readonly number[];
  /** It and all after it, and the queue. */
  readonly replaces_from?: number;
}

type FileWords = Pick<FilePart, "file_id" | "media_type" | "name">;

/**
 * The content as it is stored. Costs a query only if there are files in it. Throws `Refusal` `file_not_found` for files that are
 * not there, not uploaded completely, or somebody else's; `too_many_files`.
 */
export async function attachFiles(
  draft: Pick<Draft, "unit" | "before">,
  content: readonly InputPart[],
  replaced: Replaced = {},
): Promise<readonly InputPart[]> {
  const ids = fileIdsOf(content);
  if (ids.length === 0) return content;
  const { tx } = draft.unit;
  const { id: chat_id, owner_id } = draft.before;
  const files = await useFiles(tx, owner_id, ids);
  const attached = content.map((part, index): InputPart => {
    if (part.type !== "file") return part;
    const file = files.get(part.file_id);
    if (file !== undefined) return { type: "file", ...file };
    const path = `content[${index}].file_id`;
    throw new Refusal("file_not_found", `${path}: no such file`, [{ path, message: "no such file" }]);
  });
  const others = await countOthers(tx, { chat_id, ids, replaced });
  if (others + ids.length <= filesPerChatMax) return attached;
  throw new Refusal("too_many_files", `a chat may have at most ${filesPerChatMax} files; it has ${others}`);
}

/** Locks the rows until the commit, and notes the use: a file that is being sent is not one that nobody needs. */
async function useFiles(tx: Tx, ownerId: string, ids: readonly string[]): Promise<Map<string, FileWords>> {
  const { rows } = await tx.query<FileWords>(
    `with used as (select id from files where id = any($1) and owner_id = $2 and ready_at is not null
       order by id for no key update)
     update files f set last_used_at = now() from used where f.id = used.id
     returning f.id as file_id, f.media_type, f.name`,
    [ids, ownerId],
  );
  return new Map(rows.map((row) => [row.file_id, row]));
}

interface CountInput {
  readonly chat_id: string;
  readonly ids: readonly string[];
  readonly replaced: Replaced;
}

/** Uploaded files, besides these, that messages of the history or the queue name. */
async function countOthers(tx: Tx, { chat_id, ids, replaced }: CountInput): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(distinct u.file_id) as count from message_files u join files f on f.id = u.file_id
     where u.chat_id = $1 and u.file_id <> all($2) and f.origin = 'upload'
       and u.message_id <> all($3) and u.message_id < $4
       and (exists (select from messages m where m.chat_id = u.chat_id and m.id = u.message_id and m.deleted_at is null)
         or exists (select from queued_messages q where q.chat_id = u.chat_id and q.id = u.message_id))`,
    [chat_id, ids, replaced.replaces ?? [], replaced.replaces_from ?? Number.MAX_SAFE_INTEGER],
  );
  return rows[0]?.count ?? 0;
}
