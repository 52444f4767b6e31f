// The transition `delete`.
import { Refusal } from "../../core/chat/refusal.ts";
import { deleteFilesOf } from "../file/leave-files.ts";
import { tellParent } from "../outbox/tell-parent.ts";
import { markDeleted } from "../row/chat-marks.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { tellRoot } from "../turn/transition.ts";
import { addToOutbox, type Unit } from "../unit.ts";

export interface DeleteChatInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
}

/**
 * Deletes a chat with its descendants and everything that belongs to them, and cancels their runs. Throws `Refusal`
 * `chat_not_found`.
 */
export async function deleteChat(unit: Unit, input: DeleteChatInput): Promise<void> {
  const { rows } = await unit.tx.query<ChatRow>(
    `with recursive tree as (
       select id from chats where id = $1 and ($2::uuid is null or owner_id = $2)
       union all select c.id from chats c join tree t on c.parent_chat_id = t.id)
     select * from chats where id in (select id from tree) order by id for update`,
    [input.chat_id, input.owner_id],
  );
  if (rows.length === 0) throw new Refusal("chat_not_found");
  for (const chat of rows) {
    await addToOutbox(unit, {
      chat_id: chat.id,
      kind: "cancel",
      signal: "deleted",
      payload: {
        owner_id: chat.owner_id,
        turn_id: chat.current_turn_id ?? 0,
        version: chat.snapshot_version + 1,
        title: "",
        model: "",
      },
    });
    unit.announcements.push({ type: "deleted", chat_id: chat.id, owner_id: chat.owner_id });
  }
  const [root] = rows;
  if (root !== undefined) await tellParent(unit, root);
  await markDeleted(unit.tx, rows);
  const ids = rows.map((chat) => chat.id);
  await deleteFilesOf(unit.tx, ids);
  await unit.tx.query("delete from chats where id = any($1)", [ids]);
  for (const chat of rows) if (!ids.includes(chat.root_chat_id)) await tellRoot(unit, chat, null);
}
