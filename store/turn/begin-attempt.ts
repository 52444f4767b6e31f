// How a model call begins: decide from committed history, and when it is the model's turn to speak, claim a new attempt.
import { lostAttemptsMax } from "../../core/chat/limits.ts";
import type { LastError } from "../../core/chat/message.ts";
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { resolveModel } from "../model/resolve-model.ts";
import type { ModelConfigRow } from "../model/resolve-model-config.ts";
import type { ChatRow } from "../row/chat-row.ts";
import type { Fence, Unit } from "../unit.ts";
import { limitReached, usageLimitError } from "../usage/usage-limits.ts";
import { NO_MODEL_ERROR } from "./begin-turn.ts";
import { isAnswered, readAwaitStep } from "./calls/proceed.ts";
import { decide, lookAtWait } from "./settle.ts";
import { endSettling } from "./settling.ts";
import { fenceOf, readStanding } from "./standing.ts";
import { transition } from "./transition.ts";
import { readNextStep } from "./turn-view.ts";

export interface Attempt {
  readonly type: "attempt";
  readonly chat: ChatRow;
  readonly fence: Fence;
  readonly model: ModelConfigRow;
}

export type BegunAttempt =
  | Attempt
  /** The chat is to stop: the partial answer of the attempt before is still to be committed. */
  | { readonly type: "interrupted"; readonly fence: Fence }
  /** No model may be asked: the turn ends in this error, with what the attempt before had written. */
  | { readonly type: "refused"; readonly fence: Fence; readonly error: LastError }
  /** An attempt that was scheduled later has begun. */
  | { readonly type: "stale" }
  | StepOutcome;

/** What a model call is for, and which model it asks. */
export interface CallWish {
  /** When Temporal scheduled this attempt, by its own clock. */
  readonly scheduledMs: number;
  readonly step: "call-model" | "compact";
  /** Looked up anew at each step: a model removed meanwhile falls back to the default (SPEC Q5). */
  readonly modelOf: (chat: ChatRow) => Promise<ModelConfigRow | null>;
}

/**
 * Begins an attempt at an answer, or says what is to happen instead (SPEC L3).
 * @param scheduledMs when Temporal scheduled this attempt, by its own clock
 */
export async function beginAttempt(unit: Unit, key: OutcomeKey, scheduledMs = 0): Promise<BegunAttempt> {
  const modelOf = (chat: ChatRow) => resolveModel(unit, chat.turn_model_config_id);
  return beginCall(unit, key, { scheduledMs, step: "call-model", modelOf });
}

/** Begins a model call if that is what comes next; else says what does. */
export async function beginCall(unit: Unit, key: OutcomeKey, wish: CallWish): Promise<BegunAttempt> {
  const standing = await readStanding(unit, key);
  if (standing.type === "elsewhere") return standing.outcome;
  const { chat } = standing;
  if (wish.scheduledMs < chat.attempt_scheduled_ms) return { type: "stale" };
  const fence = fenceOf(chat);
  if (standing.type === "interrupting") return { type: "interrupted", fence };
  if (standing.type === "awaiting") {
    const step = await readAwaitStep(unit, chat.id);
    if (!isAnswered(step)) return { type: "next", step, snapshot_version: chat.snapshot_version };
    const settling = { unit, key, chat };
    return endSettling(settling, fence, await lookAtWait(settling));
  }
  const step = await readNextStep(unit, chat);
  if (step.type === "finish" || step.type === "overflow") {
    const settling = { unit, key, chat };
    return endSettling(settling, fence, await decide(settling));
  }
  if (step.type !== wish.step) return { type: "next", step, snapshot_version: chat.snapshot_version };
  const model = await wish.modelOf(chat);
  const lost = chat.lost_attempts + (chat.attempt_open ? 1 : 0);
  const error = await refusalOf(unit, chat, { model, lost });
  if (model === null || error !== null) return { type: "refused", fence, error: error ?? NO_MODEL_ERROR };
  const generation_attempt = chat.generation_attempt + 1;
  await transition(unit, { name: "record_attempt", chat_id: key.chat_id }, async (draft) => {
    Object.assign(draft.change, {
      generation_attempt,
      attempt_open: true,
      attempt_scheduled_ms: wish.scheduledMs,
      attempt_worker_id: unit.store.workerId ?? null,
      lost_attempts: lost,
      retry: null,
    });
  });
  return { type: "attempt", chat, fence: { ...fence, generation_attempt }, model };
}

interface RefusalInput {
  readonly model: ModelConfigRow | null;
  /** Workers that were lost with this step. */
  readonly lost: number;
}

/** Why no model may be asked; null when one may. */
async function refusalOf(
  unit: Unit,
  chat: ChatRow,
  { model, lost }: RefusalInput,
): Promise<LastError | null> {
  // Before each call, not only before the turn: a turn of many steps must stop, too (SPEC B3).
  const reached = await limitReached(unit.tx, chat);
  if (reached !== null) return usageLimitError(reached);
  if (model === null) return NO_MODEL_ERROR;
  return lost >= lostAttemptsMax ? lostTooOften(lost) : null;
}

/**
 * The worker lives and hands its attempt on (a shutdown, an outage, a false alarm): no worker was lost (SPEC I6, X8). The next
 * attempt counts none, and one that has counted it already takes it back.
 */
export async function releaseAttempt(unit: Unit, chatId: string, fence: Fence): Promise<void> {
  await unit.tx.query(
    `update chats set attempt_open = attempt_open and generation_attempt <> $4,
       lost_attempts = greatest(lost_attempts - (generation_attempt > $4)::int, 0)
     where id = $1 and current_turn_id = $2 and history_version = $3 and generation_attempt >= $4`,
    [chatId, fence.turn_id, fence.history_version, fence.generation_attempt],
  );
}

function lostTooOften(lost: number): LastError {
  return {
    message: `The answer was begun ${lost} times, and each time the server that wrote it was lost. Send a message to try again.`,
    kind: "generic",
    provider: null,
    retryable: true,
    status_code: null,
    detail: null,
  };
}
