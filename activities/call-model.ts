// One activity per file. This file: `callModel`. It decides first from committed history; when it is the model's turn to
// speak, it streams the answer and commits it. What it returns is the decision that followed its own commit.
import { ApplicationFailure, Context } from "@temporalio/activity";
import { buildPrompt } from "../core/build-prompt.ts";
import type { LiveBus } from "../core/bus-message.ts";
import type { OutcomeKey, StepOutcome } from "../core/step-outcome.ts";
import { episodeName } from "../core/stream-part.ts";
import type { ModelRequest, Provider, ToolSpec } from "../models/provider.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { type Attempt, type BegunAttempt, beginAttempt } from "../store/begin-attempt.ts";
import type { ChatRow } from "../store/chat-row.ts";
import { readPromptMessages } from "../store/messages.ts";
import type { ModelConfigRow } from "../store/resolve-model-config.ts";
import type { Store } from "../store/store.ts";
import { Superseded } from "../store/transition.ts";
import { inUnit } from "../store/unit.ts";
import { type Answer, createAnswer } from "./answer.ts";
import type { CallModelInput } from "./contract.ts";
import { commitLostAnswer, endAttempt } from "./end-attempt.ts";
import type { OpenPartStream, ReadLostParts } from "./open-part-stream.ts";
import { watchAttempt } from "./watch-attempt.ts";

export interface CallModelDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  /** The provider of a model config. Throws `ModelError` (missing_key, config) before any call (SPEC X6). */
  readonly providerOf: (model: ModelConfigRow) => Provider;
  readonly toolsOf: (chat: ChatRow) => readonly ToolSpec[];
  readonly systemPromptOf: (chat: ChatRow) => string;
  readonly newToolCallId: () => string;
  readonly openPartStream: OpenPartStream;
  readonly readLostParts: ReadLostParts;
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly retryBaseMs: number;
  readonly failpoint: Failpoint;
}

/** Returns the activity. It throws only what Temporal is to retry: a worker's end, a database out of reach. */
export function createCallModel(deps: CallModelDeps) {
  return async function callModel(input: CallModelInput): Promise<StepOutcome> {
    const info = Context.current().info;
    const key: OutcomeKey = {
      chat_id: input.chat_id,
      turn_id: input.turn_id,
      run_id: info.workflowExecution?.runId ?? "",
      activity_id: info.activityId,
    };
    const scheduledMs = info.currentAttemptScheduledTimestampMs;
    const { result: begun } = await inUnit(deps.store, (unit) => beginAttempt(unit, key, scheduledMs));
    const outcome = await goOn(deps, key, begun);
    deps.failpoint("callModel:committed");
    return outcome;
  };
}

async function goOn(deps: CallModelDeps, key: OutcomeKey, begun: BegunAttempt): Promise<StepOutcome> {
  try {
    if (begun.type === "attempt") return await runAttempt(deps, key, begun);
    if (begun.type === "stale") throw staleFailure();
    if (begun.type === "interrupted") return await commitLostAnswer(deps, key, begun.fence);
    return begun;
  } catch (error) {
    if (error instanceof Superseded) return { type: "superseded", snapshot_version: 0 };
    throw error;
  }
}

/** Of a worker that was given up and woke: nobody hears it. Should Temporal's clock have been set back, the retry is later. */
function staleFailure(): ApplicationFailure {
  return ApplicationFailure.create({ message: "an attempt scheduled later has begun", type: "StaleAttempt" });
}

async function runAttempt(deps: CallModelDeps, key: OutcomeKey, attempt: Attempt): Promise<StepOutcome> {
  const { chat, fence, model } = attempt;
  const now = () => new Date().toISOString();
  const episode = episodeName(fence.history_version, fence.generation_attempt);
  const head = { episode, model: model.model, model_config_id: model.id, started_at: now() };
  const answer = createAnswer({ ...head, provider: model.provider }, now);
  const parts = deps.openPartStream({ chat_id: chat.id, episode, role: "assistant" });
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  let failure: unknown = null;
  try {
    await writeAnswer(deps, { attempt, answer, parts, signal: watch.signal });
  } catch (error) {
    failure = watch.signal.aborted ? watch.signal.reason : error;
  } finally {
    watch.end();
  }
  try {
    return await endAttempt(deps, { key, fence, answer, parts, failure });
  } finally {
    parts.close();
  }
}

interface Writing {
  readonly attempt: Attempt;
  readonly answer: Answer;
  readonly parts: { push(index: number, delta: Parameters<ReturnType<OpenPartStream>["push"]>[1]): void };
  readonly signal: AbortSignal;
}

/** Streams the model's answer into `answer` and `parts`. Throws `ModelError`, or the signal's reason. */
async function writeAnswer(deps: CallModelDeps, { attempt, answer, parts, signal }: Writing): Promise<void> {
  const request = await makeRequest(deps, attempt);
  const provider = deps.providerOf(attempt.model);
  signal.throwIfAborted();
  for await (const event of provider.stream(request, { signal, newToolCallId: deps.newToolCallId })) {
    const shown = answer.take(event);
    if (shown !== null) parts.push(shown.index, shown.delta);
    if (answer.full) break;
    signal.throwIfAborted();
  }
}

async function makeRequest(deps: CallModelDeps, { chat, model }: Attempt): Promise<ModelRequest> {
  const messages = await readPromptMessages(deps.store.pool, chat.id);
  const effort = chat.turn_reasoning_effort;
  return {
    model: model.model,
    system: deps.systemPromptOf(chat),
    messages: buildPrompt(messages),
    tools: deps.toolsOf(chat),
    config: { ...model.settings, ...(effort !== null && { reasoning_effort: effort }) },
  };
}
