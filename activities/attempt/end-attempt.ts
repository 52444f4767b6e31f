// One activity per file. This file: how an attempt at an answer ends, one commit for each way of ending.
import { ApplicationFailure } from "@temporalio/activity";
import type { LastError } from "../../core/chat/message.ts";
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { parseEpisode } from "../../core/part/stream-part.ts";
import { ModelError, type ModelFault } from "../../models/provider.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { NewMessage } from "../../store/row/messages.ts";
import type { Store } from "../../store/store.ts";
import { releaseAttempt } from "../../store/turn/begin-attempt.ts";
import { commitAnswer, commitInterruption } from "../../store/turn/commit-step.ts";
import { recordFailure } from "../../store/turn/record-retry.ts";
import { type Fence, Superseded } from "../../store/turn/transition.ts";
import { inUnit, type Unit } from "../../store/unit.ts";
import { recordUnkept } from "../../store/usage/usage-records.ts";
import type { OpenPart, ReadLostParts } from "../stream/open-part-stream.ts";
import { type Answer, answerFromParts } from "./answer.ts";
import { patiently } from "./patiently.ts";
import { Stopped } from "./watch-attempt.ts";

export interface EndDeps {
  readonly store: Store;
  readonly readLostParts: ReadLostParts;
  readonly retryBaseMs: number;
  readonly retryWaitMaxMs: number;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
}

export interface EndedAttempt {
  readonly key: OutcomeKey;
  readonly fence: Fence;
  /** As the attempt found it. */
  readonly chat: Pick<ChatRow, "id" | "owner_id" | "root_chat_id">;
  readonly answer: Answer;
  readonly parts: OpenPart;
  /** What ended it early; null when the model finished. */
  readonly failure: unknown;
  /** Commits what the model finished; absent: as the answer of the step. */
  readonly commitWhole?: (unit: Unit) => Promise<StepOutcome>;
}

/** How soon the next worker takes over what this one hands on at its shutdown. */
const HAND_OVER_DELAY = "10 ms";

/** Commits what the attempt has come to. Throws `Superseded`, and what Temporal is to retry. */
export async function endAttempt(deps: EndDeps, ended: EndedAttempt): Promise<StepOutcome> {
  try {
    return await commitEnd(deps, ended);
  } catch (error) {
    if (error instanceof Superseded) await bookUnkept(deps, ended);
    throw error;
  }
}

async function commitEnd(deps: EndDeps, ended: EndedAttempt): Promise<StepOutcome> {
  const { failure, answer, key, fence } = ended;
  if (failure === null && ended.commitWhole !== undefined) return commit(deps, ended.commitWhole);
  if (failure === null) {
    const finish_reason = answer.full ? "length" : (answer.finish_reason ?? "other");
    const message = answer.message({ finish_reason, interrupted: false });
    return commit(deps, (unit) => commitAnswer(unit, { key, fence }, message));
  }
  if (failure instanceof Stopped) return endStopped(deps, ended, failure);
  if (failure instanceof ModelError) return endFailed(deps, ended, failure);
  // An outage or a bug while the call was prepared. The next attempt must not count this one as lost with its worker (SPEC X1).
  await commit(deps, (unit) => releaseAttempt(unit, key.chat_id, fence));
  throw failure instanceof Error
    ? failure
    : new Error("something was thrown that is no error", { cause: failure });
}

/** The call of an answer that an edit or a deletion has overtaken: what was spent stays spent (SPEC B3). */
async function bookUnkept(deps: EndDeps, { chat, answer }: EndedAttempt): Promise<void> {
  const message = answer.message({ finish_reason: "interrupted", interrupted: true });
  await commit(deps, (unit) => recordUnkept(unit.tx, chat, message));
}

async function commit<T>(deps: EndDeps, work: (unit: Unit) => Promise<T>): Promise<T> {
  return patiently(deps.shutdown, async () => (await inUnit(deps.store, work)).result);
}

async function endStopped(deps: EndDeps, ended: EndedAttempt, stopped: Stopped): Promise<StepOutcome> {
  const { key, fence, answer } = ended;
  switch (stopped.reason) {
    case "interrupted": {
      const message = answer.message({ finish_reason: "interrupted", interrupted: true });
      return commit(deps, (unit) => commitInterruption(unit, { key, fence }, message));
    }
    case "superseded":
      await bookUnkept(deps, ended);
      return { type: "superseded", snapshot_version: 0 };
    case "shutdown":
      await ended.parts.checkpointNow();
      await inUnit(deps.store, async (unit) => {
        await releaseAttempt(unit, key.chat_id, fence);
        // The next worker asks anew, and is billed anew.
        await recordUnkept(
          unit.tx,
          ended.chat,
          answer.message({ finish_reason: "interrupted", interrupted: true }),
        );
      });
      throw ApplicationFailure.create({
        message: "this worker shuts down; the call goes on elsewhere",
        type: "WorkerShutdown",
        nextRetryDelay: HAND_OVER_DELAY,
      });
    case "lost":
      // This worker lives: Temporal was out of reach for longer than a heartbeat may take. No worker was lost (SPEC X8).
      await inUnit(deps.store, (unit) => releaseAttempt(unit, key.chat_id, fence)).catch(() => undefined);
      throw stopped;
  }
}

async function endFailed(deps: EndDeps, ended: EndedAttempt, failed: ModelError): Promise<StepOutcome> {
  const { key, fence, answer } = ended;
  const { fault } = failed;
  const record = {
    error: lastErrorOf(fault, answer),
    retry_after_ms: fault.retry_after_ms,
    ...(fault.replay_full_history === true && { replay_full_history: true }),
    ...(fault.without_prefill === true && { without_prefill: true }),
    // A compaction that says nothing has failed, wherever it stands.
    ...(fault.ended_empty === true && ended.commitWhole === undefined && { ended_empty: true }),
    ...(fault.context_limit !== undefined && { context_limit: fault.context_limit }),
    answer: answer.message({ finish_reason: "error", interrupted: true }),
    retry_base_ms: deps.retryBaseMs,
    retry_wait_max_ms: deps.retryWaitMaxMs,
    now_ms: Date.now(),
  };
  return commit(deps, (unit) => recordFailure(unit, { key, fence }, record));
}

function lastErrorOf(fault: ModelFault, answer: Answer): LastError {
  const { kind, retryable, status_code, message, detail } = fault;
  const { provider } = answer.message({ finish_reason: "error", interrupted: true });
  return { message, kind, provider: provider ?? null, retryable, status_code, detail };
}

/** The chat was interrupted while no worker wrote: what the lost attempt had checkpointed is its partial answer. */
export async function commitLostAnswer(deps: EndDeps, key: OutcomeKey, fence: Fence): Promise<StepOutcome> {
  const lost = await deps.readLostParts(key.chat_id);
  const message = lost === null ? null : lostMessage(lost, fence);
  return commit(deps, (unit) => commitInterruption(unit, { key, fence }, message));
}

function lostMessage(lost: NonNullable<Awaited<ReturnType<ReadLostParts>>>, fence: Fence): NewMessage | null {
  // A checkpoint of an earlier history is none of this answer's.
  if (parseEpisode(lost.episode)?.history_version !== fence.history_version) return null;
  return answerFromParts(lost.parts, lost.episode, new Date().toISOString());
}
