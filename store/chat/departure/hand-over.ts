// Gives what a user leaves behind to another user (SPEC A9).
import { randomBytes } from "node:crypto";
import { suffixedName } from "../../../core/workspace/workspace-name.ts";
import type { Tx } from "../../database.ts";
import { handOverFilesOf } from "../../file/leave-files.ts";
import { clearQueue } from "../../row/queued-messages.ts";
import { transition } from "../../turn/transition.ts";
import type { Unit } from "../../unit.ts";
import { hangUpTerminals } from "../../workspace/terminal/terminals.ts";
import { lockWorkspace } from "../../workspace/workspaces.ts";
import { interruptChat } from "../interrupt-chat.ts";

export interface HandOverInput {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Gives a root chat and its descendants to another user. Running turns are interrupted, and queued messages go: nobody is to
 * pay for what somebody else asked. What was answered so far is kept.
 */
export async function handOverTree(unit: Unit, { id, from, to }: HandOverInput): Promise<void> {
  const { rows } = await unit.tx.query<{ id: string }>(
    `with recursive tree as (
       select id from chats where id = $1 and owner_id = $2
       union all select c.id from chats c join tree t on c.parent_chat_id = t.id)
     select id from chats where id in (select id from tree) order by id for update`,
    [id, from],
  );
  for (const { id: chat_id } of rows) {
    await interruptChat(unit, { chat_id, owner_id: null });
    await transition(unit, { name: "hand_over", chat_id }, async (draft) => {
      await clearQueue(draft);
      draft.change.owner_id = to;
      await handOverFilesOf(unit.tx, { id: chat_id, from, to });
      // Names and marks of the old owner's clients mean nothing to the new one.
      await unit.tx.query("delete from client_chats where chat_id = $1", [chat_id]);
      await unit.tx.query("delete from chat_marks where chat_id = $1", [chat_id]);
      // The new owner has let nobody read it: links of the old one must not open again.
      await unit.tx.query("delete from chat_shares where chat_id = $1", [chat_id]);
    });
  }
}

/** Enough tries for four hex digits: this many taken names in a row are no accident. */
const nameTriesMax = 20;

/**
 * Gives a workspace to another user, with a suffix if that user has one of the same name. Its terminals are hung up: what somebody
 * else has left in a shell, or signed in to there, is not the new owner's.
 */
export async function handOverWorkspace(tx: Tx, { id, from, to }: HandOverInput): Promise<void> {
  const row = await lockWorkspace(tx, id);
  if (row === null || row.owner_id !== from) return;
  for (let tries = 0; tries < nameTriesMax; tries++) {
    const name = tries === 0 ? row.name : suffixedName(row.name, randomBytes(2).toString("hex"));
    const { rowCount } = await tx.query(
      `update workspaces set owner_id = $2, name = $3, updated_at = now() where id = $1
         and not exists (select from workspaces where owner_id = $2 and name = $3)`,
      [id, to, name],
    );
    if (rowCount === 1) return hangUpTerminals(tx, id);
  }
  throw new Error(`no free name like ${row.name}`);
}
