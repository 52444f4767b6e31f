// How a turn ends: well, interrupted, or in an error. Each end is one transition, which also begins the next queued turn.
import { stepsPerTurnMax } from "../../core/chat/limits.ts";
import type { FinishReason, LastError } from "../../core/chat/message.ts";
import type { StepOutcome, TurnEnd } from "../../core/chat/step-outcome.ts";
import { dropInflightAndDescribe } from "../outbox/request-description.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { insertMessage, type NewMessage } from "../row/messages.ts";
import type { Draft } from "../unit.ts";
import { recordUnkept } from "../usage/usage-records.ts";
import { promoteHead } from "./begin-turn.ts";
import { settleOpenCalls } from "./settle-calls.ts";
import { change, insertAnswer, type Settling } from "./settling.ts";
import { movedTo } from "./standing.ts";
import { noteTurnEnd } from "./turn-ends.ts";

export interface FinishInput {
  /** An answer that ends the turn without being one of its steps. */
  readonly answer?: NewMessage | null;
  /** What people are told of a turn that we end. */
  readonly note?: string | undefined;
}

/** R → W, or the queue's head begins the next turn. */
export async function finishTurn(
  settling: Settling,
  reason: FinishReason,
  { answer = null, note: given }: FinishInput = {},
): Promise<StepOutcome> {
  const note = reason === "max_steps" ? STEP_LIMIT_NOTE : given;
  return change(settling, "finish_turn", async (draft) => {
    await keepAnswer(settling, draft, answer);
    if (note !== undefined) await insertMessage(draft, noteToPeople(draft, note, reason));
    return endOrPromote(draft, { type: "done", why: reason });
  });
}

/** I → W, or the head's turn: the partial answer is kept, open calls are answered (SPEC I1). */
export async function finishInterruption(
  settling: Settling,
  answer: NewMessage | null,
): Promise<StepOutcome> {
  return change(settling, "finish_interruption", async (draft) => {
    await keepAnswer(settling, draft, answer);
    await settleOpenCalls(draft, "The call was cancelled: the turn was interrupted.");
    await noteTurnEnd(draft, "interrupted");
    return endOrPromote(draft, { type: "interrupted", why: "interrupted" });
  });
}

/** R, I → E. The text of the terminal attempt is kept, its open calls are answered (SPEC X7); the queue stays. */
export async function finishError(
  settling: Settling,
  error: LastError,
  answer: NewMessage | null = null,
): Promise<StepOutcome> {
  return change(settling, "finish_error", async (draft) => {
    await keepAnswer(settling, draft, answer);
    await settleOpenCalls(draft, "The call was not run: the turn ended with an error.");
    await deleteSpill(draft.unit.tx, draft.before.id);
    await noteTurnEnd(draft, "error", error);
    Object.assign(draft.change, {
      status: "error",
      last_error: error,
      retry: null,
      attempt_open: false,
      compaction: null,
    });
    const end = endOfError(draft, error);
    return { type: "ended", status: "error", snapshot_version: draft.version, end };
  });
}

function endOfError({ unit }: Draft, { kind, status_code, message }: LastError): TurnEnd {
  const tellsWords = unit.store.tellsWords === true;
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
    const error = draft.change.last_error as LastError;
    return { type: "ended", status: "error", snapshot_version, end: endOfError(draft, error) };
  }
  return { ...(await movedTo(draft.unit.tx, { ...draft.before, ...draft.change })), end };
}

/** An answer without content inserts nothing, but its call is booked. */
async function keepAnswer(settling: Settling, draft: Draft, answer: NewMessage | null): Promise<void> {
  if (answer === null) return;
  if (answer.content.length === 0) await recordUnkept(draft.unit.tx, draft.before, answer);
  else await insertAnswer(settling, draft, answer);
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
