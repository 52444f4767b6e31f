// The model calls of a turn as debug runs show them (SPEC B4).
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import type { DebugKind, DebugStatus } from "../../core/debug-run.ts";
import type { Attempt } from "../../store/turn/begin-attempt.ts";
import type { DebugCall, DebugRecorder } from "../debug/debug-recorder.ts";
import type { Answer } from "./answer.ts";
import { Stopped } from "./watch.ts";

export type TurnCallKind = Extract<DebugKind, "chat_turn" | "compaction">;

interface Recorded {
  readonly kind: TurnCallKind;
  readonly episode: string;
}

/**
 * The turn is the run, its next step the step: whichever worker tries again finds both. A compaction is a run of one step: all
 * tries at it are made on the same history.
 */
export function openRecording(
  debug: DebugRecorder,
  { chat, fence, model }: Attempt,
  { kind, episode }: Recorded,
): DebugCall {
  const isStep = kind === "chat_turn";
  return debug.open({
    chat,
    kind,
    name: isStep ? String(fence.turn_id) : `${fence.turn_id}.${fence.history_version}`,
    trigger_message_id: fence.turn_id,
    step: isStep ? chat.turn_steps + 1 : 1,
    call: episode,
    provider: model.provider,
    model: model.model,
  });
}

interface RecordedEnd extends Pick<Recorded, "kind"> {
  readonly answer: Answer;
  readonly failure: unknown;
  /** What was committed; null when nothing was, so that another attempt goes on. */
  readonly outcome: StepOutcome | null;
}

export function endRecording(recording: DebugCall, { kind, answer, failure, outcome }: RecordedEnd): void {
  // An answer is put together only for those who want to see it.
  if (!recording.isRecorded) return;
  const status = failure === null ? "completed" : failure instanceof Stopped ? "interrupted" : "error";
  const message = answer.message({ finish_reason: answer.finish_reason ?? "other", interrupted: false });
  const { content, provider_response_id = null, usage = null } = message;
  recording.ended({
    status,
    run: kind === "chat_turn" ? runOfTurn(outcome, status) : runOfCompaction(outcome, status),
    response: { content, finish_reason: answer.finish_reason, provider_response_id },
    usage,
    ...(status === "error" && { error: failure }),
  });
}

/** While the turn goes on its run does, too. */
function runOfTurn(outcome: StepOutcome | null, status: DebugStatus): DebugStatus {
  if (outcome?.type === "ended") return outcome.status === "error" ? "error" : status;
  return outcome?.type === "moved" ? status : "in_progress";
}

function runOfCompaction(outcome: StepOutcome | null, status: DebugStatus): DebugStatus {
  return outcome === null || outcome.type === "retry" ? "in_progress" : status;
}
