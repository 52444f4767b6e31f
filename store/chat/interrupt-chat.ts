// The transition `interrupt`.

import type { ChatRow } from "../row/chat-row.ts";
import { interruptAgents, stopTurn } from "../turn/agents/interrupt-agents.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";

export interface InterruptChatInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  /** If set, only this turn is interrupted. If the chat has moved on to another turn, nothing changes (SPEC I4). */
  readonly turn_id?: number;
}

/**
 * Asks the running turn to stop, and the subagents that run (SPEC G4). An idle chat stays as it is (SPEC I4). Throws `Refusal`
 * `chat_not_found`.
 */
export async function interruptChat(unit: Unit, input: InterruptChatInput): Promise<ChatRow> {
  // Lock at once: you keep paying the provider during every statement before the commit.
  const chat = await lockInUnit(unit, input.chat_id);
  const stale = input.turn_id !== undefined && chat?.current_turn_id !== input.turn_id;
  const idle = chat !== null && chat.status !== "running" && chat.status !== "requires_action";
  if (chat !== null && (input.owner_id === null || chat.owner_id === input.owner_id) && (stale || idle)) {
    if (!stale) await interruptAgents(unit, chat);
    return chat;
  }
  await transition(unit, { name: "interrupt", ...input }, stopTurn);
  const stopped = (await lockInUnit(unit, input.chat_id)) as ChatRow;
  await interruptAgents(unit, stopped);
  return stopped;
}
