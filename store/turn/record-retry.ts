// A model call failed: it is tried again later, the history is compacted first, or the turn ends (SPEC X1, X3).
import { planCompaction } from "../../core/chat/compaction.ts";
import { noOutputRetriesMax, providerFailuresPerStepMax } from "../../core/chat/limits.ts";
import type { LastError } from "../../core/chat/message.ts";
import { retryDelayMs } from "../../core/chat/retry-delay.ts";
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import { afterBoundary } from "../../core/prompt/build-prompt.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { type NewMessage, readPromptMessages, readTail } from "../row/messages.ts";
import { recordUnkept } from "../usage/usage-records.ts";
import { finishError, finishTurn } from "./finish-turn.ts";
import { change, type Settling } from "./settling.ts";

export interface FailedCall {
  readonly error: LastError;
  /** What had been written: kept only when no other attempt follows (SPEC X7). */
  readonly answer: NewMessage | null;
  /** Absent: no other attempt can mend it, so the turn ends. */
  readonly retry?: RetryTerms;
  /** The model ended well and said nothing: after the results of tools that is the end of the turn (SPEC L16). */
  readonly ended_empty?: boolean;
  /** The limit that a provider names as it refuses a prompt that is too long. */
  readonly context_limit?: number;
}

/** When another attempt may follow, and what it is to do otherwise. */
export interface RetryTerms {
  readonly retry_after_ms: number | null;
  readonly replay_full_history?: boolean;
  /** The provider does not go on with a begun answer: it is asked for another one at once. */
  readonly without_prefill?: boolean;
  /** First wait, from the configuration. */
  readonly retry_base_ms: number;
  /** Waits that a step has in all, from the configuration. */
  readonly retry_wait_max_ms: number;
  /** Now, in milliseconds since the epoch. */
  readonly now_ms: number;
}

/** Records the failure and decides what follows. */
export async function recordFailure(settling: Settling, failed: FailedCall): Promise<StepOutcome> {
  const { error, answer, retry } = failed;
  learnLimit(settling, failed);
  if (error.kind === "context_overflow" && (await isCompactable(settling, failed))) {
    return wantCompaction(settling, failed);
  }
  if (failed.ended_empty === true && (await isBehindTools(settling))) {
    const whole = answer && { ...answer, finish_reason: "stop" as const, interrupted: false };
    return finishTurn(settling, "stop", { answer: whole });
  }
  if (retry === undefined || !error.retryable) return finishError(settling, error, answer);
  const count = countFailure(settling, failed, retry);
  return isExhausted(count, retry)
    ? finishError(settling, error, answer)
    : recordRetry(settling, { failed, retry, count });
}

/**
 * A limit that the provider has named holds for the chat's later turns with this model as well. A chat remembers one limit:
 * that of a compaction's model, which may be a smaller one, must not replace it.
 */
function learnLimit(settling: Settling, { answer, context_limit: tokens }: FailedCall): void {
  const { model_config_id, model, usage_kind } = answer ?? {};
  if (tokens === undefined || model_config_id == null || model == null || usage_kind === "compaction") return;
  settling.chat = { ...settling.chat, learnt_context_limit: { model_config_id, model, tokens } };
}

/** Whether the newest message holds results of this turn's tools. */
async function isBehindTools({ unit, chat }: Settling): Promise<boolean> {
  const last = (await readTail(unit.tx, chat.id)).at(-1);
  return last?.role === "tool" && last.turn_id === chat.current_turn_id;
}

/** Once per turn, and only where it makes the prompt smaller (SPEC X3). A compaction that overflows itself ends the turn. */
async function isCompactable({ unit, chat }: Settling, { answer }: FailedCall): Promise<boolean> {
  if (answer?.usage_kind === "compaction" || chat.overflow_turn_id === chat.current_turn_id) return false;
  const history = afterBoundary(await readPromptMessages(unit.tx, chat.id));
  return planCompaction(history, true) !== null;
}

async function wantCompaction(settling: Settling, failed: FailedCall): Promise<StepOutcome> {
  return change(settling, "record_retry", async (draft) => {
    await dropAttempt(settling, failed);
    Object.assign(draft.change, {
      attempt_open: false,
      compaction: { source: "overflow", context_limit: failed.context_limit ?? null },
      overflow_turn_id: draft.before.current_turn_id,
    });
    const step = { type: "compact", source: "overflow" } as const;
    return { type: "next", step, snapshot_version: draft.version };
  });
}

/** Another attempt follows: of this one only the bill is kept (SPEC X7). */
async function dropAttempt({ unit, chat }: Settling, { answer }: FailedCall): Promise<void> {
  await recordUnkept(unit.tx, chat, answer);
  await deleteSpill(unit.tx, chat.id);
}

/** What the step has had so far, this failure included. */
interface FailureCount {
  readonly failures: number;
  /** Of them answers without output. */
  readonly empty: number;
  /** The wait after this failure, and all waits together. */
  readonly delay_ms: number;
  readonly waited_ms: number;
}

function countFailure({ chat }: Settling, { error }: FailedCall, retry: RetryTerms): FailureCount {
  const failures = chat.provider_failures + 1;
  // Asked otherwise there is nothing to wait for. A timer of no time at all would leave a mark of its own in the history.
  const delay_ms =
    retry.without_prefill === true ? 1 : retryDelayMs(failures, retry.retry_after_ms, retry.retry_base_ms);
  return {
    failures,
    empty: chat.no_output_failures + (error.kind === "no_output" ? 1 : 0),
    delay_ms,
    waited_ms: chat.retry_waited_ms + delay_ms,
  };
}

function isExhausted(
  { failures, empty, waited_ms }: FailureCount,
  { retry_wait_max_ms }: RetryTerms,
): boolean {
  return (
    failures >= providerFailuresPerStepMax ||
    empty > noOutputRetriesMax ||
    // A wait that does not fit is not begun: people who would have to wait longer are told now.
    waited_ms > retry_wait_max_ms
  );
}

interface RecordRetryInput {
  readonly failed: FailedCall;
  readonly retry: RetryTerms;
  readonly count: FailureCount;
}

async function recordRetry(
  settling: Settling,
  { failed, retry, count }: RecordRetryInput,
): Promise<StepOutcome> {
  const { failures: attempt, empty, delay_ms, waited_ms } = count;
  const { kind, status_code, message } = failed.error;
  return change(settling, "record_retry", async (draft) => {
    await dropAttempt(settling, failed);
    Object.assign(draft.change, {
      provider_failures: attempt,
      no_output_failures: empty,
      retry_waited_ms: waited_ms,
      attempt_open: false,
      retry: {
        attempt,
        attempts_max: providerFailuresPerStepMax,
        delay_ms,
        kind,
        status_code,
        message,
        retrying_at: new Date(retry.now_ms + delay_ms).toISOString(),
      },
    });
    return {
      type: "retry",
      delay_ms,
      attempt,
      kind,
      status_code,
      ...(retry.replay_full_history === true && { replay_full_history: true }),
      ...(retry.without_prefill === true && { without_prefill: true }),
      snapshot_version: draft.version,
    };
  });
}
