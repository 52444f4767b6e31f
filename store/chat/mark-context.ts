// Notes that a chat's instructions or skills have changed, or are to be read again (SPEC C3).
import { NEVER_READ } from "../../core/chat/chat-context.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";

/**
 * Marks a chat whose context has changed since it was read. Does nothing where it was never read, or is marked already.
 * @param stamp of the reading that is out of date; another reading since then has seen the change. Null: whichever
 */
export async function markContextDirty(unit: Unit, chatId: string, stamp: string | null): Promise<void> {
  const chat = await lockInUnit(unit, chatId);
  const { context = null } = chat ?? {};
  if (chat === null || chat.archived || context === null || context.place === null || context.dirty) return;
  if (stamp !== null && context.stamp !== stamp) return;
  await transition(unit, { name: "mark_context", chat_id: chatId }, async (draft) => {
    draft.change.context = { ...context, dirty: true };
  });
}

/** Has the chat's context read again before its next model call. Throws `Refusal` `chat_not_found`, `chat_archived`. */
export async function refreshContext(
  unit: Unit,
  { chat_id, owner_id }: { readonly chat_id: string; readonly owner_id: string | null },
): Promise<void> {
  await transition(unit, { name: "mark_context", chat_id, owner_id }, async (draft) => {
    const context = draft.before.context ?? NEVER_READ;
    draft.change.context = { ...context, wanted: context.wanted + 1 };
  });
}
