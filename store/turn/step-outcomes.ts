// The store is the only room with SQL. This file: what the latest committing activity of a chat returned. A worker that
// dies between commit and completion, or a local activity run twice, finds it and returns the same. It lies in the chat's own
// row, so that it is written and read with what it belongs to.
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { changeLocked, lockInUnit, type Unit } from "../unit.ts";

/** Null: the latest commit of the chat was not this activity's. */
export function findOutcome(chat: ChatRow, key: OutcomeKey): StepOutcome | null {
  const isOwn = chat.outcome_run_id === key.run_id && chat.outcome_activity_id === key.activity_id;
  return isOwn ? chat.outcome : null;
}

/** One per chat: commits of a chat are serial, so an older one is never asked for again. */
export async function saveOutcome(unit: Unit, key: OutcomeKey, outcome: StepOutcome): Promise<StepOutcome> {
  const chat = await lockInUnit(unit, key.chat_id);
  if (chat === null) return outcome;
  const { run_id: outcome_run_id, activity_id: outcome_activity_id } = key;
  changeLocked(unit, { ...chat, outcome_run_id, outcome_activity_id, outcome });
  return outcome;
}
