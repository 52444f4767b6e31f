// How an attempt at a model call ends: each way of ending is an event that `settle` commits, or a failure that Temporal
// retries.
import type { LastError } from "../../core/chat/message.ts";
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { ModelError, type ModelFault } from "../../models/provider.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { NewMessage } from "../../store/row/messages.ts";
import type { Store } from "../../store/store.ts";
import { releaseAttempt } from "../../store/turn/begin-attempt.ts";
import type { FailedCall } from "../../store/turn/record-retry.ts";
import { type SettlingAttempt, type StepEvent, settle } from "../../store/turn/settle.ts";
import { type Fence, inUnit, type Unit } from "../../store/unit.ts";
import { recordUnkept } from "../../store/usage/usage-records.ts";
import type { OpenPart } from "../stream/open-part-stream.ts";
import { workerShutdown } from "./activity-attempt.ts";
import { patiently } from "./patiently.ts";
import { Stopped } from "./watch.ts";

export interface EndDeps {
  readonly store: Store;
  readonly retryBaseMs: number;
  readonly retryWaitMaxMs: number;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
}

/** What the attempt has written, as messages and events. */
export interface WrittenAnswer {
  /** What is left of it when it is not finished. */
  cut(finish_reason: "interrupted" | "error"): NewMessage;
  /** What a finished one is. */
  finished(): StepEvent;
  /** Whether saying nothing can be an end of the turn (SPEC L16). */
  readonly mayBeEmpty: boolean;
}

export interface EndedAttempt {
  readonly key: OutcomeKey;
  readonly fence: Fence;
  /** As the attempt found it. */
  readonly chat: Pick<ChatRow, "id" | "owner_id" | "root_chat_id">;
  readonly written: WrittenAnswer;
  readonly parts: Pick<OpenPart, "checkpointNow">;
  /** What ended it early; null when the model finished. */
  readonly failure: unknown;
}

/** Settles a step however long the database is away. The caller keeps its heartbeat going. */
export function settlePatiently(
  { store, shutdown }: Pick<EndDeps, "store" | "shutdown">,
  attempt: SettlingAttempt,
  event: StepEvent,
): Promise<StepOutcome> {
  return patiently(
    shutdown,
    async () => (await inUnit(store, (unit) => settle(unit, attempt, event))).result,
  );
}

/** Commits what the attempt has come to. Throws what Temporal is to retry. */
export async function endAttempt(deps: EndDeps, ended: EndedAttempt): Promise<StepOutcome> {
  const { failure, written } = ended;
  if (failure === null) return settlePatiently(deps, ended, written.finished());
  if (failure instanceof ModelError) {
    return settlePatiently(deps, ended, {
      type: "failed",
      failure: failedCall(deps, written, failure.fault),
    });
  }
  if (failure instanceof Stopped) return endStopped(deps, ended, failure);
  // An outage or a bug while the call was prepared. The next attempt must not count this one as lost with its worker (SPEC X1).
  await patiently(deps.shutdown, () => inUnit(deps.store, (unit) => release(unit, ended)));
  throw failure instanceof Error
    ? failure
    : new Error("something was thrown that is no error", { cause: failure });
}

async function endStopped(deps: EndDeps, ended: EndedAttempt, stopped: Stopped): Promise<StepOutcome> {
  const { store } = deps;
  switch (stopped.reason) {
    case "interrupted":
      return settlePatiently(deps, ended, { type: "interrupted", answer: ended.written.cut("interrupted") });
    case "superseded":
      await patiently(deps.shutdown, () =>
        inUnit(store, async (unit) => {
          // Another worker may have begun in the belief that this one was lost.
          await release(unit, ended);
          await book(unit, ended);
        }),
      );
      return { type: "superseded", snapshot_version: 0 };
    case "shutdown":
      await ended.parts.checkpointNow();
      await inUnit(store, async (unit) => {
        await release(unit, ended);
        // The next worker asks anew, and is billed anew.
        await book(unit, ended);
      });
      throw workerShutdown("call");
    case "lost":
    case "late":
      // This worker lives: Temporal was out of reach for longer than a heartbeat may take, or the database was, and another worker
      // took this one for lost. No worker was lost (SPEC X8).
      await patiently(deps.shutdown, () => inUnit(store, (unit) => release(unit, ended))).catch(
        () => undefined,
      );
      throw stopped;
  }
}

function release(unit: Unit, { key, fence }: EndedAttempt): Promise<void> {
  return releaseAttempt(unit, key.chat_id, fence);
}

/** What was spent on an answer that is not kept stays spent (SPEC B3). */
function book(unit: Unit, { chat, written }: EndedAttempt): Promise<void> {
  return recordUnkept(unit.tx, chat, written.cut("interrupted"));
}

function failedCall(deps: EndDeps, written: WrittenAnswer, fault: ModelFault): FailedCall {
  const answer = written.cut("error");
  return {
    error: lastErrorOf(fault, answer),
    answer,
    ...(fault.ended_empty === true && written.mayBeEmpty && { ended_empty: true }),
    ...(fault.context_limit !== undefined && { context_limit: fault.context_limit }),
    retry: {
      retry_after_ms: fault.retry_after_ms,
      ...(fault.replay_full_history === true && { replay_full_history: true }),
      ...(fault.without_prefill === true && { without_prefill: true }),
      retry_base_ms: deps.retryBaseMs,
      retry_wait_max_ms: deps.retryWaitMaxMs,
      now_ms: Date.now(),
    },
  };
}

function lastErrorOf(fault: ModelFault, { provider = null }: NewMessage): LastError {
  const { kind, retryable, status_code, message, detail } = fault;
  return { message, kind, provider, retryable, status_code, detail };
}
