// The store is the only room with SQL. This file: how a turn ends: well, interrupted, or in error. Each end is one
// transition that also begins the next queued turn, and remembers its outcome.

import { stepsPerTurnMax } from "../../core/chat/limits.ts";
import type { FinishReason, LastError } from "../../core/chat/message.ts";
import type { OutcomeKey, StepOutcome, TurnEnd } from "../../core/chat/step-outcome.ts";
import { dropInflightAndDescribe } from "../outbox/request-description.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { insertMessage, type NewMessage } from "../row/messages.ts";
import type { Unit } from "../unit.ts";
import { recordUnkept } from "../usage/usage-records.ts";
import { promoteHead } from "./begin-turn.ts";
import { movedTo } from "./moved-to.ts";
import { settleOpenCalls } from "./settle-calls.ts";
import { saveOutcome } from "./step-outcomes.ts";
import { type Draft, type Fence, transition } from "./transition.ts";

export interface FinishInput {
  readonly key: OutcomeKey;
  /** Absent for ends that no attempt owns (crash, interruption between steps). */
  readonly fence?: Fence;
  /** What the attempt had written; empty content inserts nothing, but its call is booked. */
  readonly answer?: NewMessage | null;
  /** Of turns that we end: what people are told. */
  readonly note?: string;
}

/** R → W, or the queue's head begins the next turn. */
export async function finishTurn(unit: Unit, input: FinishInput, reason: FinishReason): Promise<StepOutcome> {
  const { key, fence } = input;
  const begin = { name: "finish_turn", chat_id: key.chat_id, ...(fence !== undefined && { fence }) } as const;
  const note = reason === "max_steps" ? STEP_LIMIT_NOTE : input.note;
  const outcome = await transition(unit, begin, async (draft) => {
    await insertAnswer(draft, input.answer);
    if (note !== undefined) await insertMessage(draft, noteToPeople(draft, note, reason));
    return endOrPromote(draft, { type: "done", why: reason });
  });
  return saveOutcome(unit, input.key, outcome);
}

/** I → W, or the head's turn: the partial answer is kept, open calls are answered (SPEC I1). */
export async function finishInterruption(unit: Unit, input: FinishInput): Promise<StepOutcome> {
  const { key, fence } = input;
  const begin = {
    name: "finish_interruption",
    chat_id: key.chat_id,
    ...(fence !== undefined && { fence }),
  } as const;
  const outcome = await transition(unit, begin, async (draft) => {
    await insertAnswer(draft, input.answer);
    await settleOpenCalls(draft, "The call was cancelled: the turn was interrupted.");
    return endOrPromote(draft, { type: "interrupted", why: "interrupted" });
  });
  return saveOutcome(unit, key, outcome);
}

/** R, I → E. The text of the terminal attempt is kept, its open calls are answered (SPEC X7); the queue stays. */
export async function finishError(unit: Unit, input: FinishInput, error: LastError): Promise<StepOutcome> {
  const { key, fence } = input;
  const begin = {
    name: "finish_error",
    chat_id: key.chat_id,
    ...(fence !== undefined && { fence }),
  } as const;
  const outcome = await transition(unit, begin, async (draft) => {
    await insertAnswer(draft, input.answer);
    await settleOpenCalls(draft, "The call was not run: the turn ended with an error.");
    await dropInflight(draft);
    Object.assign(draft.change, {
      status: "error",
      last_error: error,
      retry: null,
      attempt_open: false,
      compaction: null,
    });
    const end = endOfError(error, unit.store.tellsWords === true);
    return { type: "ended", status: "error", snapshot_version: draft.version, end } as const;
  });
  return saveOutcome(unit, key, outcome);
}

function endOfError({ kind, status_code, message }: LastError, tellsWords: boolean): TurnEnd {
  return { type: "error", why: kind, status_code, ...(tellsWords && { words: message }) };
}

async function endOrPromote(draft: Draft, end: TurnEnd): Promise<StepOutcome> {
  await dropInflightAndDescribe(draft);
  const snapshot_version = draft.version;
  const queued = (draft.change.queue_length ?? draft.before.queue_length) > 0;
  if (!queued) {
    const status = "waiting";
    Object.assign(draft.change, { status, retry: null, attempt_open: false, compaction: null });
    return { type: "ended", status, snapshot_version, end };
  }
  const promoted = await promoteHead(draft, null);
  if (promoted === null) {
    const why = draft.change.last_error as LastError;
    return {
      type: "ended",
      status: "error",
      snapshot_version,
      end: endOfError(why, draft.unit.store.tellsWords === true),
    };
  }
  return { ...(await movedTo(draft.unit.tx, { ...draft.before, ...draft.change })), end };
}

async function insertAnswer(draft: Draft, answer: NewMessage | null | undefined): Promise<void> {
  if (answer == null) return;
  if (answer.content.length === 0) await recordUnkept(draft.unit.tx, draft.before, answer);
  else await insertMessage(draft, answer);
}

async function dropInflight(draft: Draft): Promise<void> {
  await deleteSpill(draft.unit.tx, draft.before.id);
}

/** How a turn ends whose history a compaction could not make small enough (SPEC K5). */
export const CONTEXT_FULL_ERROR: LastError = {
  message:
    "The conversation is still over the model's context limit after it was compacted. Clear the context, or choose a model with a larger one.",
  kind: "context_overflow",
  provider: null,
  retryable: false,
  status_code: null,
  detail: null,
};

const STEP_LIMIT_NOTE = `The turn was stopped after ${stepsPerTurnMax} steps. Send a message to go on.`;

function noteToPeople(draft: Draft, text: string, finish_reason: FinishReason): NewMessage {
  return {
    role: "assistant",
    content: [{ type: "text", text }],
    visibility: "user",
    finish_reason,
    ...(draft.before.current_turn_id !== null && { turn: draft.before.current_turn_id }),
  };
}
