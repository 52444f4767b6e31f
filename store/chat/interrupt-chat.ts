// The transition `interrupt`.

import { tellWorkflow } from "../outbox/tell-workflow.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { settleOpenCalls } from "../turn/settle-calls.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";

export interface InterruptChatInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  /** If set, only this turn is interrupted. If the chat has moved on to another turn, nothing changes (SPEC I4). */
  readonly turn_id?: number;
}

/** Asks the running turn to stop. An idle chat stays as it is (SPEC I4). Throws `Refusal` `chat_not_found`. */
export async function interruptChat(unit: Unit, input: InterruptChatInput): Promise<ChatRow> {
  // Lock at once: you keep paying the provider during every statement before the commit.
  const chat = await lockInUnit(unit, input.chat_id);
  const stale = input.turn_id !== undefined && chat?.current_turn_id !== input.turn_id;
  const idle = chat !== null && chat.status !== "running" && chat.status !== "requires_action";
  if (chat !== null && (input.owner_id === null || chat.owner_id === input.owner_id) && (stale || idle))
    return chat;
  await transition(unit, { name: "interrupt", ...input }, async (draft) => {
    const { status, current_turn_id } = draft.before;
    if (input.turn_id !== undefined && current_turn_id !== input.turn_id) return;
    if (status === "running") {
      draft.change.status = "interrupting";
      await tellWorkflow(draft, { kind: "signal", signal: "interrupted" });
    } else if (status === "requires_action") {
      await settleOpenCalls(draft, "The call was cancelled: the user interrupted it.");
      Object.assign(draft.change, { status: "running", required_action: null });
      await tellWorkflow(draft, { kind: "start", signal: "interrupted" });
    }
  });
  return (await lockInUnit(unit, input.chat_id)) as ChatRow;
}
