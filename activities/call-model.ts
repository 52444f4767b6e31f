// One activity per file. This file: `callModel`. It decides first from committed history; when it is the model's turn to
// speak, it streams the answer and commits it. What it returns is the decision that followed its own commit.
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { Usage } from "../core/chat/message.ts";
import type { OutcomeKey, StepOutcome } from "../core/chat/step-outcome.ts";
import { episodeName } from "../core/part/stream-part.ts";
import { buildPrompt, withoutSeals } from "../core/prompt/build-prompt.ts";
import type { LiveBus } from "../core/stream/bus-message.ts";
import type { Lesson, ModelRequest, Provider, ToolSpec, UnsupportedSetting } from "../models/provider.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { markUnsealed } from "../store/model/mark-unsealed.ts";
import type { ModelConfigRow } from "../store/model/resolve-model-config.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import { readPromptMessages } from "../store/row/messages.ts";
import type { Store } from "../store/store.ts";
import { type Attempt, type BegunAttempt, beginAttempt } from "../store/turn/begin-attempt.ts";
import { Superseded } from "../store/turn/transition.ts";
import { inUnit } from "../store/unit.ts";
import { type Answer, createAnswer } from "./attempt/answer.ts";
import { callConfig } from "./attempt/call-config.ts";
import { commitLostAnswer, endAttempt } from "./attempt/end-attempt.ts";
import { keepLostAnswer } from "./attempt/keep-lost-answer.ts";
import { endDebugCall, openDebugCall } from "./attempt/record-attempt.ts";
import { watchAttempt } from "./attempt/watch-attempt.ts";
import type { CallModelInput } from "./contract.ts";
import type { DebugCall, DebugRecorder } from "./debug/debug-recorder.ts";
import type { OpenPart, OpenPartStream, ReadLostParts } from "./stream/open-part-stream.ts";

export interface CallModelDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  /** The provider of a model config. Throws `ModelError` (missing_key, config) before any call (SPEC X6). */
  readonly providerOf: (model: ModelConfigRow) => Provider;
  readonly toolsOf: (chat: ChatRow) => readonly ToolSpec[];
  readonly systemPromptOf: (chat: ChatRow) => Promise<string>;
  readonly newToolCallId: () => string;
  /** Told which settings of a model config a call goes without (SPEC L12). */
  readonly onUnsupported?: (model: ModelConfigRow, settings: readonly UnsupportedSetting[]) => void;
  /** Told what a call has used, as the provider reports it. */
  readonly onUsage?: (model: ModelConfigRow, usage: Usage) => void;
  readonly openPartStream: OpenPartStream;
  readonly readLostParts: ReadLostParts;
  readonly debug: DebugRecorder;
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly retryBaseMs: number;
  readonly retryWaitMaxMs: number;
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
    const outcome = await goOn(deps, key, { begun, wish: input });
    deps.failpoint("callModel:committed");
    return outcome;
  };
}

/**
 * What the call before this one has shown of the provider: it may have forgotten what it was to remember (SPEC L10), or not
 * go on with an answer that was begun.
 */
type CallWish = Pick<CallModelInput, "replay_full_history" | "without_prefill">;

interface Begun<T> {
  readonly begun: T;
  readonly wish: CallWish;
}

async function goOn(
  deps: CallModelDeps,
  key: OutcomeKey,
  { begun, wish }: Begun<BegunAttempt>,
): Promise<StepOutcome> {
  try {
    if (begun.type === "attempt") return await runAttempt(deps, key, { begun, wish });
    if (begun.type === "stale") throw staleFailure();
    if (begun.type === "interrupted") return await commitLostAnswer(deps, key, begun.fence);
    return begun;
  } catch (error) {
    if (error instanceof Superseded) return { type: "superseded", snapshot_version: 0 };
    throw error;
  }
}

/** Of a worker that was given up and woke: nobody hears it. Should Temporal's clock have been set back, the retry is later. */
export function staleFailure(): ApplicationFailure {
  return ApplicationFailure.create({ message: "an attempt scheduled later has begun", type: "StaleAttempt" });
}

async function runAttempt(
  deps: CallModelDeps,
  key: OutcomeKey,
  { begun, wish }: Begun<Attempt>,
): Promise<StepOutcome> {
  const { chat, fence, model } = begun;
  const now = () => new Date().toISOString();
  const episode = episodeName(fence.history_version, fence.generation_attempt);
  const head = {
    episode,
    model: model.model,
    model_config_id: model.id,
    price: model.price,
    started_at: now(),
  };
  const answer = createAnswer({ ...head, provider: model.provider }, now);
  const parts = deps.openPartStream({ chat_id: chat.id, episode, role: "assistant" });
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  const recording = openDebugCall(deps.debug, begun);
  let failure: unknown = null;
  try {
    const writing = { attempt: begun, wish, answer, parts, recording, signal: watch.signal };
    await recording.during(() => writeAnswer(deps, writing));
  } catch (error) {
    failure = watch.signal.aborted ? watch.signal.reason : error;
  } finally {
    watch.end();
  }
  let outcome: StepOutcome | null = null;
  try {
    outcome = await endAttempt(deps, { key, fence, chat, answer, parts, failure });
    return outcome;
  } finally {
    parts.close();
    endDebugCall(recording, { answer, failure, outcome });
  }
}

interface Writing {
  readonly attempt: Attempt;
  readonly wish: CallWish;
  readonly answer: Answer;
  readonly parts: Pick<OpenPart, "push">;
  readonly recording: DebugCall;
  readonly signal: AbortSignal;
}

/** Streams the model's answer into `answer` and `parts`. Throws `ModelError`, or the signal's reason. */
async function writeAnswer(deps: CallModelDeps, writing: Writing): Promise<void> {
  const { attempt, answer, parts, signal } = writing;
  const { provider, request, historyTip } = await prepareCall(deps, writing);
  signal.throwIfAborted();
  let isUnsealed = request.replay_full_history === true;
  const options = {
    signal,
    newToolCallId: deps.newToolCallId,
    onUnsupported: (settings: readonly UnsupportedSetting[]) => deps.onUnsupported?.(attempt.model, settings),
    onLesson: ({ type }: Lesson) => {
      isUnsealed ||= type === "unsealed";
    },
  };
  for await (const event of provider.stream(request, options)) {
    if (isUnsealed) await rememberUnsealed(deps, attempt, historyTip);
    isUnsealed = false;
    if (event.type === "usage") deps.onUsage?.(attempt.model, event.usage);
    const shown = answer.take(event);
    if (shown !== null) parts.push(shown.index, shown.delta);
    if (answer.full) break;
    signal.throwIfAborted();
  }
}

/** With the first sign that the provider took the history without its seals: so it goes from now on. */
async function rememberUnsealed(
  { store }: CallModelDeps,
  { chat, fence, model }: Attempt,
  historyTip: number | null,
): Promise<void> {
  if (historyTip === null) return;
  const history = { chat_id: chat.id, fence, provider: model.provider, message_id: historyTip };
  // Not kept, it is learnt again at the next step.
  await markUnsealed(store, history).catch(() => undefined);
}

interface PreparedCall {
  readonly provider: Provider;
  readonly request: ModelRequest;
  /** The newest message of the history. */
  readonly historyTip: number | null;
}

/** Whom to ask for what. What a lost attempt had written is kept before anything can stop this one: it must not be lost now. */
async function prepareCall(deps: CallModelDeps, writing: Writing): Promise<PreparedCall> {
  const { attempt, wish, recording, answer, parts } = writing;
  const { request, historyTip } = await makeRequest(deps, attempt, wish);
  recording.asked(request, historyTip);
  const provider = deps.providerOf(attempt.model);
  const prepared = { provider, request, historyTip };
  if (wish.without_prefill === true) return prepared;
  const { chat, fence } = attempt;
  const kept = await keepLostAnswer(deps, { chat_id: chat.id, fence, provider, request, answer, parts });
  if (kept === null) return prepared;
  const continued = { ...request, prefill: { text: kept.text } };
  recording.asked(continued, historyTip);
  return { ...prepared, request: continued };
}

async function makeRequest(deps: CallModelDeps, { chat, model }: Attempt, wish: CallWish) {
  const messages = await readPromptMessages(deps.store.pool, chat.id);
  const request: ModelRequest = {
    model: model.model,
    system: await deps.systemPromptOf(chat),
    messages: buildPrompt(withoutSeals(messages, chat.unsealed)),
    tools: deps.toolsOf(chat),
    config: callConfig(model, chat.turn_reasoning_effort),
    ...(wish.replay_full_history === true && { replay_full_history: true }),
  };
  return { request, historyTip: messages.at(-1)?.id ?? null };
}
