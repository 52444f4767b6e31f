// The store is the only room with SQL. This file: a model call failed. It is tried again later, or the turn ends (SPEC X1).

import { planCompaction } from "../../core/chat/compaction.ts";
import { noOutputRetriesMax, providerFailuresPerStepMax } from "../../core/chat/limits.ts";
import type { LastError } from "../../core/chat/message.ts";
import { retryDelayMs } from "../../core/chat/retry-delay.ts";
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import { afterBoundary } from "../../core/prompt/build-prompt.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { type NewMessage, readPromptMessages, readTail } from "../row/messages.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { recordUnkept } from "../usage/usage-records.ts";
import { notRunning, type OwnAttempt, unkept } from "./commit-step.ts";
import { finishError, finishInterruption, finishTurn } from "./finish-turn.ts";
import { saveOutcome } from "./step-outcomes.ts";
import { transition } from "./transition.ts";

export interface FailedCall {
  readonly error: LastError;
  readonly retry_after_ms: number | null;
  readonly replay_full_history?: boolean;
  /** The provider does not go on with a begun answer: it is asked for another at once. */
  readonly without_prefill?: boolean;
  /** The model ended well and said nothing: behind the results of tools that is an end (SPEC L16). */
  readonly ended_empty?: boolean;
  /** What had been written: kept only when no other attempt follows (SPEC X7). */
  readonly answer: NewMessage | null;
  /** The limit that a provider names as it refuses a prompt that is too long. */
  readonly context_limit?: number;
  /** First wait, from the configuration. */
  readonly retry_base_ms: number;
  /** Waits that a step has in all, from the configuration. */
  readonly retry_wait_max_ms: number;
  /** Now, in milliseconds since the epoch. */
  readonly now_ms: number;
}

/** Records the failure and decides: a retry after a wait, or the turn's end. Throws `Superseded`. */
export async function recordFailure(unit: Unit, own: OwnAttempt, failed: FailedCall): Promise<StepOutcome> {
  const { key, fence } = own;
  const found = await notRunning(unit, key);
  if (found?.type === "interrupting") return finishInterruption(unit, { key, fence, answer: failed.answer });
  if (found !== null) return unkept(unit, key, { found, answer: failed.answer });
  const chat = (await lockInUnit(unit, key.chat_id)) as ChatRow;
  const { kind } = failed.error;
  if (kind === "context_overflow" && (await isCompactable(unit, chat, failed))) {
    return wantCompaction(unit, own, failed);
  }
  if (failed.ended_empty === true && (await isBehindTools(unit, chat))) {
    const answer = failed.answer && { ...failed.answer, finish_reason: "stop" as const, interrupted: false };
    return finishTurn(unit, { key, fence, answer }, "stop");
  }
  const failures = chat.provider_failures + 1;
  const empty = chat.no_output_failures + (kind === "no_output" ? 1 : 0);
  // Asked otherwise there is nothing to wait for. A timer of no time at all would leave a mark of its own in the history.
  const delay_ms =
    failed.without_prefill === true ? 1 : retryDelayMs(failures, failed.retry_after_ms, failed.retry_base_ms);
  const waited_ms = chat.retry_waited_ms + delay_ms;
  const exhausted =
    failures >= providerFailuresPerStepMax ||
    empty > noOutputRetriesMax ||
    // A wait that does not fit is not begun: who has to wait longer had better be told now.
    waited_ms > failed.retry_wait_max_ms;
  if (!failed.error.retryable || exhausted) {
    return finishError(unit, { key, fence, answer: failed.answer }, failed.error);
  }
  return recordRetry(unit, own, { failed, failures, empty, delay_ms, waited_ms });
}

/** Whether the newest message holds results of this turn's tools. */
async function isBehindTools(unit: Unit, chat: ChatRow): Promise<boolean> {
  const last = (await readTail(unit.tx, chat.id)).at(-1);
  return last?.role === "tool" && last.turn_id === chat.current_turn_id;
}

/** Once per turn, and only where it makes the prompt smaller (SPEC X3). A compaction that overflows itself ends the turn. */
async function isCompactable(unit: Unit, chat: ChatRow, failed: FailedCall): Promise<boolean> {
  if (failed.answer?.usage_kind === "compaction" || chat.overflow_turn_id === chat.current_turn_id)
    return false;
  const history = afterBoundary(await readPromptMessages(unit.tx, chat.id));
  return planCompaction(history, true) !== null;
}

async function wantCompaction(unit: Unit, own: OwnAttempt, failed: FailedCall): Promise<StepOutcome> {
  const { key, fence } = own;
  const begin = { name: "record_retry", chat_id: key.chat_id, fence } as const;
  const snapshot_version = await transition(unit, begin, async (draft) => {
    await recordUnkept(unit.tx, draft.before, failed.answer);
    await deleteSpill(unit.tx, key.chat_id);
    Object.assign(draft.change, {
      attempt_open: false,
      compaction: { source: "overflow", context_limit: failed.context_limit ?? null },
      overflow_turn_id: draft.before.current_turn_id,
    });
    return draft.version;
  });
  const step = { type: "compact", source: "overflow" } as const;
  return saveOutcome(unit, key, { type: "next", step, snapshot_version });
}

/** The failure, and what the step has had with it: failures of its kinds, and waits. */
interface Count {
  readonly failed: FailedCall;
  readonly failures: number;
  readonly empty: number;
  readonly delay_ms: number;
  readonly waited_ms: number;
}

async function recordRetry(unit: Unit, own: OwnAttempt, count: Count): Promise<StepOutcome> {
  const { key, fence } = own;
  const { failed, failures, empty, delay_ms, waited_ms } = count;
  const anew = failed.without_prefill === true;
  const { kind, status_code, message } = failed.error;
  const version = await transition(
    unit,
    { name: "record_retry", chat_id: key.chat_id, fence },
    async (draft) => {
      await recordUnkept(unit.tx, draft.before, failed.answer);
      await deleteSpill(unit.tx, key.chat_id);
      Object.assign(draft.change, {
        provider_failures: failures,
        no_output_failures: empty,
        retry_waited_ms: waited_ms,
        attempt_open: false,
        retry: {
          attempt: failures,
          attempts_max: providerFailuresPerStepMax,
          delay_ms,
          kind,
          status_code,
          message,
          retrying_at: new Date(failed.now_ms + delay_ms).toISOString(),
        },
      });
      return draft.version;
    },
  );
  const next = {
    ...(failed.replay_full_history === true && { replay_full_history: true }),
    ...(anew && { without_prefill: true }),
  };
  const outcome = { type: "retry", delay_ms, attempt: failures, kind, status_code, ...next } as const;
  return saveOutcome(unit, key, { ...outcome, snapshot_version: version });
}
