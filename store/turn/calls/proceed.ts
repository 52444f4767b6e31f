// How a chat goes on waiting, or stops: whatever has changed in the open batch, this says what follows.
import type { NextStep } from "../../../core/chat/decide-next-step.ts";
import { type MessageRow, readTail } from "../../row/messages.ts";
import type { Draft, Unit } from "../../unit.ts";
import { settleOpenCalls } from "../settle-calls.ts";
import {
  isoOf,
  nearestDeadline,
  type OpenBatch,
  openCall,
  readOpenBatch,
  requiredAction,
  waitingCall,
} from "./open-batch.ts";

export type AwaitStep = Extract<NextStep, { type: "await-client" }>;

/** The step of a turn that waits, from its open batch. Ids and names only: Temporal keeps it. */
export function awaitStep({ waiting, local }: OpenBatch, tellsWords: boolean): AwaitStep {
  // All calls of a batch are asked about in one transaction.
  const since = isoOf(waiting[0]?.asked_at ?? null);
  return {
    type: "await-client",
    tool_call_ids: waiting.map(({ call }) => call.tool_call_id),
    deadline_ms: nearestDeadline(waiting),
    calls: local.map((call) => openCall(call, tellsWords)),
    waiting: waiting.map((state) => waitingCall(state, tellsWords)),
    ...(since !== null && { since }),
  };
}

/** R → A: what is asked is shown with the chat. */
export async function enterWait(draft: Draft, tail: readonly MessageRow[]): Promise<void> {
  const batch = await readOpenBatch(draft.unit.tx, draft.before.id, tail);
  Object.assign(draft.change, { status: "requires_action", required_action: requiredAction(batch) });
}

/**
 * A → A or R: when every call of the batch has its result, all of them are committed as one message, and the turn goes on.
 * Returns that message; null while something is still open.
 */
export async function proceed(draft: Draft): Promise<MessageRow | null> {
  const { unit, before } = draft;
  const batch = await readOpenBatch(unit.tx, before.id, await readTail(unit.tx, before.id));
  if (batch.waiting.length + batch.local.length > 0) {
    draft.change.required_action = requiredAction(batch);
    return null;
  }
  const results = await settleOpenCalls(draft, "The call gave no result.");
  Object.assign(draft.change, { status: "running", required_action: null });
  return results;
}

/** The step of a chat in `requires_action`. */
export async function readAwaitStep(unit: Unit, chatId: string): Promise<AwaitStep> {
  const batch = await readOpenBatch(unit.tx, chatId, await readTail(unit.tx, chatId));
  return awaitStep(batch, unit.store.tellsWords === true);
}

/** Whether nothing of the batch is open any more. */
export function isAnswered({ tool_call_ids, calls = [] }: AwaitStep): boolean {
  return tool_call_ids.length + calls.length === 0;
}
