// The store is the only room with SQL. This file: the commits of a running step. Each decides what follows it in the same
// transaction, so that nothing can come between a change and its consequence.

import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { prepared } from "../database.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { insertMessage, type MessageRow, type NewMessage } from "../row/messages.ts";
import type { Store } from "../store.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { recordUnkept } from "../usage/usage-records.ts";
import { CONTEXT_FULL_ERROR, finishError, finishInterruption, finishTurn } from "./finish-turn.ts";
import { movedTo } from "./moved-to.ts";
import { settleOpenCalls } from "./settle-calls.ts";
import { findOutcome, saveOutcome } from "./step-outcomes.ts";
import { type Fence, isFenced, transition } from "./transition.ts";
import { readNextStep } from "./turn-view.ts";

/** The attempt that writes: how its commit is remembered, and what its write must still find. */
export interface OwnAttempt {
  readonly key: OutcomeKey;
  readonly fence: Fence;
}

/**
 * What an activity finds when its chat is not simply running its turn; null when it is.
 * `moved` and `ended` leave everything as it is.
 */
export async function notRunning(unit: Unit, key: OutcomeKey): Promise<StepOutcome | null> {
  // The lock first: a twin of this activity may be committing the very outcome that is looked for.
  const chat = await lockInUnit(unit, key.chat_id);
  if (chat === null) return { type: "ended", status: "deleted", snapshot_version: Number.MAX_SAFE_INTEGER };
  const stored = findOutcome(chat, key);
  if (stored !== null) return stored;
  const snapshot_version = chat.snapshot_version;
  const busy =
    chat.status === "running" || chat.status === "interrupting" || chat.status === "requires_action";
  if (!busy) return { type: "ended", status: chat.status, snapshot_version };
  if (chat.current_turn_id !== key.turn_id) return movedTo(unit.tx, chat);
  if (chat.status === "interrupting") return { type: "interrupting", snapshot_version };
  if (chat.status === "requires_action") {
    const tool_call_ids = (chat.required_action?.tool_calls ?? []).map((call) => call.tool_call_id);
    return {
      type: "next",
      step: { type: "await-client", tool_call_ids, deadline_ms: null },
      snapshot_version,
    };
  }
  return null;
}

/**
 * Commits a whole answer of the model and says what follows: tools, the end of the turn, the next queued turn. In an
 * interrupted chat it also ends the interruption. Throws `Superseded` when the attempt is not the chat's own any more.
 */
export async function commitAnswer(
  unit: Unit,
  { key, fence }: OwnAttempt,
  answer: NewMessage,
): Promise<StepOutcome> {
  const found = await notRunning(unit, key);
  if (found?.type === "interrupting") {
    return withTokens(unit, key, { outcome: await finishInterruption(unit, { key, fence, answer }), answer });
  }
  if (found !== null) return unkept(unit, key, { found, answer });
  const commit = { name: "commit_step", chat_id: key.chat_id, fence } as const;
  const message = await transition(unit, commit, async (draft) => {
    draft.change.turn_steps = draft.before.turn_steps + 1;
    return insertMessage(draft, answer);
  });
  return withTokens(unit, key, { outcome: await followUp(unit, key, [message]), answer });
}

/** Says what the kept answer has used; remembered with the outcome, which a retry finds. */
async function withTokens(
  unit: Unit,
  key: OutcomeKey,
  { outcome, answer }: { readonly outcome: StepOutcome; readonly answer: NewMessage | null },
): Promise<StepOutcome> {
  const tokens = answer?.usage?.total_tokens;
  return tokens === undefined ? outcome : saveOutcome(unit, key, { ...outcome, tokens });
}

/** Commits a partial answer and ends the interruption, in one transaction. Null: nothing had been written. */
export async function commitInterruption(
  unit: Unit,
  { key, fence }: { readonly key: OutcomeKey; readonly fence?: Fence },
  answer: NewMessage | null,
): Promise<StepOutcome> {
  const found = await notRunning(unit, key);
  if (found === null) return unkept(unit, key, { found: await followUp(unit, key), answer });
  if (found.type !== "interrupting") return unkept(unit, key, { found, answer });
  const ended = await finishInterruption(unit, { key, answer, ...(fence !== undefined && { fence }) });
  return withTokens(unit, key, { outcome: ended, answer });
}

/** What the chat has come to without this answer; its call is booked all the same. */
export async function unkept(
  unit: Unit,
  key: OutcomeKey,
  { found, answer }: { readonly found: StepOutcome; readonly answer: NewMessage | null },
): Promise<StepOutcome> {
  const chat = answer === null ? null : await lockInUnit(unit, key.chat_id);
  if (chat !== null) await recordUnkept(unit.tx, chat, answer);
  return found;
}

/** Commits the results of a step's tools as one message and says what follows. */
export async function commitToolResults(unit: Unit, key: OutcomeKey): Promise<StepOutcome> {
  const found = await notRunning(unit, key);
  if (found?.type === "interrupting") return finishInterruption(unit, { key });
  if (found !== null) return found;
  await transition(unit, { name: "commit_step", chat_id: key.chat_id }, async (draft) => {
    await settleOpenCalls(draft, "The tool gave no result: its worker was lost too often.");
  });
  return followUp(unit, key);
}

/** The decision that follows a commit, in its own transaction. `tail`: as far as the commit itself has written it. */
export async function followUp(
  unit: Unit,
  key: OutcomeKey,
  tail?: readonly MessageRow[],
): Promise<StepOutcome> {
  const chat = (await lockInUnit(unit, key.chat_id)) as ChatRow;
  const step = await readNextStep(unit, chat, tail);
  if (step.type === "finish") return finishTurn(unit, { key, ...step }, step.reason);
  if (step.type === "overflow") return finishError(unit, { key }, CONTEXT_FULL_ERROR);
  await deleteSpill(unit.tx, key.chat_id);
  return saveOutcome(unit, key, { type: "next", step, snapshot_version: chat.snapshot_version });
}

/** Whether an attempt still owns its chat: running, its turn, its version. Read at each checkpoint; one cheap select. */
export async function attemptStanding(
  store: Store,
  chatId: string,
  fence: Fence,
): Promise<"running" | "interrupting" | "superseded"> {
  const { rows } = await store.pool.query<ChatRow>(
    prepared(`select status, current_turn_id, history_version, generation_attempt from chats where id = $1`, [
      chatId,
    ]),
  );
  const [chat] = rows;
  if (chat === undefined || isFenced(chat, fence)) return "superseded";
  if (chat.status === "running" || chat.status === "interrupting") return chat.status;
  return "superseded";
}
