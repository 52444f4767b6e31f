// The model calls of a turn: each begins from committed history, streams into the chat under a watch, and settles its step.
import { Context } from "@temporalio/activity";
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { episodeName } from "../../core/part/stream-part.ts";
import type { Attempt, BegunAttempt } from "../../store/turn/begin-attempt.ts";
import { inUnit, type Unit } from "../../store/unit.ts";
import type { TurnRef } from "../contract.ts";
import type { DebugCall, DebugRecorder } from "../debug/debug-recorder.ts";
import type { OpenPart, OpenPartStream, ReadLostParts } from "../stream/open-part-stream.ts";
import { outcomeKey, staleAttempt } from "./activity-attempt.ts";
import { type Answer, createAnswer } from "./answer.ts";
import { type EndDeps, endAttempt, settlePatiently, type WrittenAnswer } from "./end-attempt.ts";
import { heartbeatWhile } from "./heartbeat-while.ts";
import { lostAnswer } from "./lost-answer.ts";
import { endRecording, openRecording, type TurnCallKind } from "./record-attempt.ts";
import { runModelAttempt } from "./run-model-attempt.ts";
import { type WatchDeps, watchAttempt } from "./watch-attempt.ts";

export interface TurnAttemptDeps extends EndDeps, WatchDeps {
  readonly openPartStream: OpenPartStream;
  readonly readLostParts: ReadLostParts;
  readonly debug: DebugRecorder;
}

/** What an attempt streams into. */
export interface Writing {
  readonly episode: string;
  readonly answer: Answer;
  readonly parts: Pick<OpenPart, "push">;
  readonly recording: DebugCall;
  readonly signal: AbortSignal;
}

/** What is special to one kind of call. */
export interface TurnCall<B extends Attempt> {
  readonly kind: TurnCallKind;
  /** Claims an attempt, or says what is to happen instead. */
  begin(unit: Unit, key: OutcomeKey, scheduledMs: number): Promise<B | Exclude<BegunAttempt, Attempt>>;
  /** Whether what a dead worker had checkpointed is worth keeping. */
  readonly keepsLost: boolean;
  /** Streams the model's words. Throws `ModelError`, or the signal's reason. */
  write(begun: B, writing: Writing): Promise<void>;
  written(begun: B, writing: Writing): WrittenAnswer;
}

/** Runs one attempt, or ends the step without one. Throws only what Temporal is to retry. */
export async function runTurnAttempt<B extends Attempt>(
  deps: TurnAttemptDeps,
  turn: TurnRef,
  call: TurnCall<B>,
): Promise<StepOutcome> {
  const key = outcomeKey(turn);
  const scheduledMs = Context.current().info.currentAttemptScheduledTimestampMs;
  const begun = await heartbeatWhile(
    async () => (await inUnit(deps.store, (unit) => call.begin(unit, key, scheduledMs))).result,
  );
  switch (begun.type) {
    case "attempt":
      return stream(deps, key, { begun, call });
    case "stale":
      throw staleAttempt();
    case "interrupted":
    case "refused":
      return heartbeatWhile(() => endWithLost(deps, key, { begun, keepsLost: call.keepsLost }));
    default:
      return begun;
  }
}

interface EndWithLostInput {
  readonly begun: Extract<BegunAttempt, { type: "interrupted" | "refused" }>;
  readonly keepsLost: boolean;
}

/** No attempt follows the lost one: what it had checkpointed is its answer, interrupted (SPEC I5) or failed (SPEC X7). */
async function endWithLost(
  deps: TurnAttemptDeps,
  key: OutcomeKey,
  { begun, keepsLost }: EndWithLostInput,
): Promise<StepOutcome> {
  const { fence } = begun;
  const finish_reason = begun.type === "interrupted" ? "interrupted" : "error";
  const answer = keepsLost ? await lostAnswer(deps, { chat_id: key.chat_id, fence, finish_reason }) : null;
  const event =
    begun.type === "interrupted"
      ? ({ type: "interrupted", answer } as const)
      : ({ type: "failed", failure: { error: begun.error, answer } } as const);
  return settlePatiently(deps, { key, fence }, event);
}

interface StreamInput<B extends Attempt> {
  readonly begun: B;
  readonly call: TurnCall<B>;
}

async function stream<B extends Attempt>(
  deps: TurnAttemptDeps,
  key: OutcomeKey,
  { begun, call }: StreamInput<B>,
): Promise<StepOutcome> {
  const { chat, fence } = begun;
  const episode = episodeName(fence.history_version, fence.generation_attempt);
  const answer = openAnswer(begun, episode);
  const parts = deps.openPartStream({ chat_id: chat.id, episode, role: "assistant" });
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  const recording = openRecording(deps.debug, begun, { kind: call.kind, episode });
  const writing: Writing = { episode, answer, parts, recording, signal: watch.signal };
  const written = call.written(begun, writing);
  try {
    return await runModelAttempt({
      recording,
      signal: watch.signal,
      write: () => call.write(begun, writing).finally(() => watch.end()),
      end: (failure) => endAttempt(deps, { key, fence, chat, written, parts, failure }),
      record: (failure, outcome) => endRecording(recording, { kind: call.kind, answer, failure, outcome }),
    });
  } finally {
    // Not before the commit: the parts beat, and a commit that waits for the database must not look like a lost worker.
    parts.close();
  }
}

function openAnswer({ model }: Attempt, episode: string): Answer {
  const now = () => new Date().toISOString();
  const { id: model_config_id, provider, model: name, price } = model;
  return createAnswer({ episode, provider, model: name, model_config_id, price, started_at: now() }, now);
}
