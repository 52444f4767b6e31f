// A chat while one of its steps is settled: transitions are checked one by one, and the row is written once, at the end.
import { isAtRest } from "../../core/agents/agent.ts";
import type { TransitionName } from "../../core/chat/chat-state.ts";
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { tellParent } from "../outbox/tell-parent.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { insertMessage, type MessageRow, type NewMessage } from "../row/messages.ts";
import { type Draft, type Fence, type Unit, writeLocked } from "../unit.ts";
import type { ScheduledAt } from "./standing.ts";
import { advance, changed, tellRoot } from "./transition.ts";

export interface Settling {
  readonly unit: Unit;
  readonly key: OutcomeKey;
  /** As the transitions so far leave it. Locked; not written yet. */
  chat: ChatRow;
  /** Of the answer that was kept. */
  tokens?: number;
}

/** Runs one transition of the chat. */
export async function change<T>(
  settling: Settling,
  name: TransitionName,
  apply: (draft: Draft) => Promise<T>,
): Promise<T> {
  const { unit, chat } = settling;
  const { result, after } = await advance(unit, { name, chat }, apply);
  settling.chat = after;
  return result;
}

/** Inserts an answer that is kept. */
export async function insertAnswer(
  settling: Settling,
  draft: Draft,
  answer: NewMessage,
): Promise<MessageRow> {
  if (answer.usage != null) settling.tokens = answer.usage.total_tokens;
  return insertMessage(draft, answer);
}

/**
 * Writes the chat with the outcome, in one statement. One outcome is kept for each chat: its commits are serial, so an older
 * one is never asked for again.
 */
export async function endSettling(
  settling: Settling,
  fence: Fence | ScheduledAt,
  decided: StepOutcome,
): Promise<StepOutcome> {
  const { unit, key, chat, tokens } = settling;
  const outcome = tokens === undefined ? decided : { ...decided, tokens };
  const scheduled_ms = "scheduled_ms" in fence ? fence.scheduled_ms : 0;
  const before = unit.lockedChats.get(chat.id);
  const isChanged = before?.snapshot_version !== chat.snapshot_version;
  const isReport = isChanged && chat.parent_chat_id !== null && isAtRest(chat.status);
  await writeLocked(unit, {
    ...chat,
    ...(isReport && { report_untold: true }),
    outcome,
    outcome_run_id: key.run_id,
    outcome_activity_id: key.activity_id,
    // From now on an attempt that was scheduled before this one is overtaken.
    attempt_scheduled_ms: Math.max(chat.attempt_scheduled_ms, scheduled_ms),
  });
  if (isReport) await tellParent(unit, chat);
  if (isChanged) unit.announcements.push(changed(chat));
  if (before !== undefined) await tellRoot(unit, before, chat);
  return outcome;
}
