// One activity per file. This file: `compactHistory`. It has a model summarise what the prompt holds, shows the summary while
// it is written, and commits it as the boundary that later prompts begin at (SPEC K).
import { Context } from "@temporalio/activity";
import type { CompactionSource } from "../core/chat/compaction.ts";
import type { OutcomeKey, StepOutcome } from "../core/chat/step-outcome.ts";
import { episodeName } from "../core/part/stream-part.ts";
import { type BegunCompaction, beginCompaction } from "../store/turn/begin-compaction.ts";
import { commitCompaction } from "../store/turn/commit-compaction.ts";
import { commitInterruption } from "../store/turn/commit-step.ts";
import { CONTEXT_FULL_ERROR, finishError } from "../store/turn/finish-turn.ts";
import { Superseded } from "../store/turn/transition.ts";
import { inUnit, type Unit } from "../store/unit.ts";
import { type Answer, createAnswer } from "./attempt/answer.ts";
import { endAttempt } from "./attempt/end-attempt.ts";
import { patiently } from "./attempt/patiently.ts";
import { Stopped, watchAttempt } from "./attempt/watch-attempt.ts";
import { type CallModelDeps, staleFailure } from "./call-model.ts";
import type { CompactHistoryInput } from "./contract.ts";
import type { DebugCall, DebugRecorder } from "./debug/debug-recorder.ts";
import { compactionOf } from "./phrase/compaction-messages.ts";
import { writeSummary } from "./phrase/write-summary.ts";

export interface CompactHistoryDeps
  extends Omit<CallModelDeps, "toolsOf" | "systemPromptOf" | "onUsage" | "onUnsupported"> {
  /** Id, name or model of the config that summarises; null: the chat's own. */
  readonly compactionModel: string | null;
}

/** Returns the activity. A summary that a dead worker had begun is begun anew: half of one is of no use. */
export function createCompactHistory(deps: CompactHistoryDeps) {
  return async function compactHistory(input: CompactHistoryInput): Promise<StepOutcome> {
    const info = Context.current().info;
    const key: OutcomeKey = {
      chat_id: input.chat_id,
      turn_id: input.turn_id,
      run_id: info.workflowExecution?.runId ?? "",
      activity_id: info.activityId,
    };
    const wish = { scheduledMs: info.currentAttemptScheduledTimestampMs, model: deps.compactionModel };
    const { result: begun } = await inUnit(deps.store, (unit) => beginCompaction(unit, key, wish));
    const outcome = await goOn(deps, key, { begun, source: input.source });
    deps.failpoint("compactHistory:committed");
    return outcome;
  };
}

interface Begun<T> {
  readonly begun: T;
  readonly source: CompactionSource;
}

async function goOn(
  deps: CompactHistoryDeps,
  key: OutcomeKey,
  { begun, source }: Begun<Awaited<ReturnType<typeof beginCompaction>>>,
): Promise<StepOutcome> {
  try {
    if (begun.type === "attempt") return await runAttempt(deps, key, { begun, source });
    if (begun.type === "stale") throw staleFailure();
    if (begun.type !== "interrupted") return begun;
    // What a lost attempt had written of a summary is nothing to keep.
    const { fence } = begun;
    const work = (unit: Unit) => commitInterruption(unit, { key, fence }, null);
    return await patiently(deps.shutdown, async () => (await inUnit(deps.store, work)).result);
  } catch (error) {
    if (error instanceof Superseded) return { type: "superseded", snapshot_version: 0 };
    throw error;
  }
}

async function runAttempt(
  deps: CompactHistoryDeps,
  key: OutcomeKey,
  { begun, source }: Begun<BegunCompaction>,
): Promise<StepOutcome> {
  const { chat, fence, model, plan } = begun;
  // Nothing to leave out: a summary would only add to what is too much already.
  if (plan === null) {
    const work = (unit: Unit) => finishError(unit, { key, fence }, CONTEXT_FULL_ERROR);
    return patiently(deps.shutdown, async () => (await inUnit(deps.store, work)).result);
  }
  const tool_call_id = deps.newToolCallId();
  const now = () => new Date().toISOString();
  const episode = episodeName(fence.history_version, fence.generation_attempt);
  const { model: name, id: model_config_id, price, provider } = model;
  const head = { episode, provider, model: name, model_config_id, price, started_at: now() };
  const answer = createAnswer(head, now);
  const parts = deps.openPartStream({ chat_id: chat.id, episode, role: "assistant" });
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  const recording = openRecording(deps.debug, begun, episode);
  let failure: unknown = null;
  try {
    const writing = { begun, plan, tool_call_id, answer, parts, recording, signal: watch.signal };
    await recording.during(() => writeSummary(deps, writing));
  } catch (error) {
    failure = watch.signal.aborted ? watch.signal.reason : error;
  } finally {
    watch.end();
  }
  let outcome: StepOutcome | null = null;
  try {
    const written = { begun, episode, tool_call_id, source, answer };
    outcome = await endAttempt(deps, {
      key,
      fence,
      chat,
      answer: withoutContent(answer),
      parts,
      failure,
      commitWhole: (unit) => commitCompaction(unit, { key, fence }, compactionOf(written)),
    });
    return outcome;
  } finally {
    parts.close();
    endRecording(recording, { answer, failure, outcome });
  }
}

/** What is left of a summary that is not committed: its bill. */
function withoutContent(answer: Answer): Answer {
  return {
    keep: (kept) => answer.keep(kept),
    take: (event) => answer.take(event),
    message: (end) => ({ ...answer.message(end), content: [], usage_kind: "compaction" }),
    get finish_reason() {
      return answer.finish_reason;
    },
    get full() {
      return answer.full;
    },
  };
}

/** A compaction is a run of one step: all tries at it are made on the same history. */
function openRecording(
  debug: DebugRecorder,
  { chat, fence, model }: BegunCompaction,
  episode: string,
): DebugCall {
  return debug.open({
    chat,
    kind: "compaction",
    name: `${fence.turn_id}.${fence.history_version}`,
    trigger_message_id: fence.turn_id,
    step: 1,
    call: episode,
    provider: model.provider,
    model: model.model,
  });
}

interface RecordedEnd {
  readonly answer: Answer;
  readonly failure: unknown;
  readonly outcome: StepOutcome | null;
}

function endRecording(recording: DebugCall, { answer, failure, outcome }: RecordedEnd): void {
  if (!recording.isRecorded) return;
  const status = failure === null ? "completed" : failure instanceof Stopped ? "interrupted" : "error";
  const { content, usage = null } = answer.message({ finish_reason: "stop", interrupted: false });
  const goesOn = outcome === null || outcome.type === "retry";
  recording.ended({
    status,
    run: goesOn ? "in_progress" : status,
    response: { content, finish_reason: answer.finish_reason },
    usage,
    ...(status === "error" && { error: failure }),
  });
}
