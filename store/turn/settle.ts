// The one door by which a step of a turn ends: whatever has come of it is committed here, together with what follows.
import { assertNever } from "../../core/assert-never.ts";
import type { NextStep } from "../../core/chat/decide-next-step.ts";
import type { LastError } from "../../core/chat/message.ts";
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import type { OfferedTool } from "../../core/tool/gate-calls.ts";
import { askForOutput } from "../row/ask-for-output.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { type NewMessage, readTail } from "../row/messages.ts";
import { isUntold, tellTodos } from "../row/todos.ts";
import type { Fence, Unit } from "../unit.ts";
import { recordUnkept } from "../usage/usage-records.ts";
import { continueWait } from "./calls/continue-wait.ts";
import { gateAnswer } from "./calls/gate-answer.ts";
import { enterWait } from "./calls/proceed.ts";
import { type FoundContext, writeContext } from "./chat-context.ts";
import { type Compaction, commitCompaction } from "./commit-compaction.ts";
import { CONTEXT_FULL_ERROR, finishError, finishInterruption, finishTurn } from "./finish-turn.ts";
import { type FailedCall, recordFailure } from "./record-retry.ts";
import { settleOpenCalls } from "./settle-calls.ts";
import { change, endSettling, insertAnswer, type Settling } from "./settling.ts";
import { isOvertaken, readStanding, type ScheduledAt } from "./standing.ts";
import { steerQueued } from "./steer-queued.ts";
import { readNextStep, type WrittenTail } from "./turn-view.ts";

/** The attempt that ends a step. */
export interface SettlingAttempt {
  /** Under this name the outcome is remembered, so that the activity run again returns the same. */
  readonly key: OutcomeKey;
  /** What must still hold for the attempt to change anything. */
  readonly fence: Fence | ScheduledAt;
}

/** What has come of a step. Answers that are not kept are booked all the same: what was spent stays spent (SPEC B3). */
export type StepEvent =
  /** The model has finished its answer. */
  | {
      readonly type: "answered";
      readonly answer: NewMessage;
      /** The tools that the model could call. Absent: none of them is asked about. */
      readonly offered?: readonly OfferedTool[];
    }
  /** The model call failed: it is tried again, or the turn ends. */
  | { readonly type: "failed"; readonly failure: FailedCall }
  /** The attempt was stopped, or nothing is left that would end the interruption. Null: nothing had been written. */
  | { readonly type: "interrupted"; readonly answer: NewMessage | null }
  /** The step's tool calls have run, or can no longer run. */
  | { readonly type: "tools-done" }
  /** A turn that waits looks again. `ended`: calls that ran beside the wait and have ended. */
  | { readonly type: "waited"; readonly ended: readonly string[] }
  | { readonly type: "compacted"; readonly compaction: Compaction }
  /** Instructions and skills were read, or could not be reached. */
  | { readonly type: "context-read"; readonly found: FoundContext }
  /** A bug of ours ends the turn, also one that is being interrupted. */
  | { readonly type: "crashed"; readonly error: LastError };

/**
 * Ends a step: locks the chat, looks where it stands, changes it if this attempt still owns it, and decides what follows,
 * all in the unit's transaction. An attempt that was overtaken changes nothing and gets `superseded`; only a crash of the
 * turn is recorded all the same.
 */
export async function settle(unit: Unit, attempt: SettlingAttempt, event: StepEvent): Promise<StepOutcome> {
  const { key, fence } = attempt;
  const standing = await readStanding(unit, key);
  const { chat } = standing;
  // A crash is the last thing its run commits. If the fence refused it, the run would close and the chat would stay busy.
  const isLate = event.type !== "crashed" && chat !== null && isOvertaken(chat, fence);
  if (standing.type === "elsewhere" || isLate) {
    if (chat !== null) await recordUnkept(unit.tx, chat, answerOf(event));
    return standing.type === "elsewhere" ? standing.outcome : { type: "superseded", snapshot_version: 0 };
  }
  const settling: Settling = { unit, key, chat: standing.chat };
  return endSettling(settling, fence, await commitAs(standing.type, settling, event));
}

async function commitAs(
  standing: "running" | "interrupting" | "awaiting",
  settling: Settling,
  event: StepEvent,
): Promise<StepOutcome> {
  if (standing === "interrupting" && event.type !== "crashed")
    return finishInterruption(settling, answerOf(event));
  if (standing !== "awaiting") return commit(settling, event);
  if (event.type === "crashed") {
    await closeWait(settling);
    return finishError(settling, event.error);
  }
  // Whatever else comes while the turn waits is an activity of before the wait.
  await recordUnkept(settling.unit.tx, settling.chat, answerOf(event));
  return lookAtWait(settling, event.type === "waited" ? event.ended : []);
}

/**
 * What a turn that waits does now: it waits on, or goes on with the answers.
 * @param ended calls that ran beside the wait and have ended
 */
export async function lookAtWait(settling: Settling, ended: readonly string[] = []): Promise<StepOutcome> {
  return (await continueWait(settling, ended)) ?? decideAndSteer(settling);
}

/** A → R, with every open call answered. */
async function closeWait(settling: Settling): Promise<void> {
  await change(settling, "interrupt", async (draft) => {
    await settleOpenCalls(draft, "The call was not run: the turn ended with an error.");
    Object.assign(draft.change, { status: "running", required_action: null });
  });
}

/** The answer that came with the event; of a compaction only the bill counts where it is not committed. */
function answerOf(event: StepEvent): NewMessage | null {
  switch (event.type) {
    case "answered":
    case "interrupted":
      return event.answer;
    case "failed":
      return event.failure.answer;
    case "compacted":
      return { ...event.compaction.summary, content: [] };
    case "tools-done":
    case "context-read":
    case "waited":
    case "crashed":
      return null;
    default:
      return assertNever(event);
  }
}

/** Commits the event in a running chat and decides what follows. */
async function commit(settling: Settling, event: StepEvent): Promise<StepOutcome> {
  switch (event.type) {
    case "answered":
      return decide(settling, await commitAnswer(settling, event.answer, event.offered));
    case "failed":
      return recordFailure(settling, event.failure);
    case "interrupted":
      // The chat goes on: somebody has taken the interruption back, or it was meant for another turn.
      await recordUnkept(settling.unit.tx, settling.chat, event.answer);
      return decide(settling);
    case "tools-done":
      await commitToolResults(settling);
      return decideAndSteer(settling);
    case "waited":
      // The API has ended the wait with its own commit.
      return decideAndSteer(settling);
    case "compacted":
      await commitCompaction(settling, event.compaction);
      return event.compaction.endsTurn ? finishTurn(settling, "stop") : decide(settling);
    case "context-read":
      await change(settling, "inject_context", (draft) => writeContext(draft, event.found));
      return decide(settling);
    case "crashed":
      return finishError(settling, event.error);
    default:
      return assertNever(event);
  }
}

async function commitAnswer(
  settling: Settling,
  answer: NewMessage,
  offered: readonly OfferedTool[] | undefined,
): Promise<WrittenTail> {
  return change(settling, "commit_step", async (draft) => {
    draft.change.turn_steps = draft.before.turn_steps + 1;
    const message = await insertAnswer(settling, draft, answer);
    const asks = await gateAnswer(draft, answer, offered);
    return { messages: [message, ...(await askForOutput(draft, answer))], asks };
  });
}

/** One message with the results of all open calls, those that gave none included. */
async function commitToolResults(settling: Settling): Promise<void> {
  await change(settling, "commit_step", (draft) =>
    settleOpenCalls(draft, "The tool gave no result: its worker was lost too often."),
  );
}

/** A turn that goes on takes along what was sent to steer it; one that ends leaves it in the queue, as any other message. */
async function decideAndSteer(settling: Settling): Promise<StepOutcome> {
  const outcome = await decide(settling);
  if (outcome.type !== "next" || !isNextCall(outcome.step)) return outcome;
  if (isUntold(settling.chat.todos)) await change(settling, "inject_context", tellTodos);
  await steerQueued(settling);
  return { ...outcome, snapshot_version: settling.chat.snapshot_version };
}

/** Whether the model is called next, perhaps after its context was prepared. */
function isNextCall({ type }: NextStep): boolean {
  return type === "call-model" || type === "compact" || type === "persist-context";
}

/**
 * What follows in a chat that runs: the next step, or the end of the turn.
 * @param tail the end of the history, where the caller has just written it
 */
export async function decide(settling: Settling, tail?: WrittenTail): Promise<StepOutcome> {
  const { unit, chat } = settling;
  const step = await readNextStep(unit, chat, tail);
  if (step.type === "finish") return finishTurn(settling, step.reason, { note: step.note });
  if (step.type === "overflow") return finishError(settling, CONTEXT_FULL_ERROR);
  await deleteSpill(unit.tx, chat.id);
  if (step.type === "await-client") {
    const messages = tail?.messages ?? (await readTail(unit.tx, chat.id));
    await change(settling, "enter_requires_action", (draft) => enterWait(draft, messages));
  }
  return { type: "next", step, snapshot_version: settling.chat.snapshot_version };
}
