// Activities know everything but API and worker. This file: an attempt at an answer as a call of its turn's debug run.

import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import type { DebugStatus } from "../../core/debug-run.ts";
import { episodeName } from "../../core/part/stream-part.ts";
import type { Attempt } from "../../store/turn/begin-attempt.ts";
import type { DebugCall, DebugRecorder } from "../debug/debug-recorder.ts";
import type { Answer } from "./answer.ts";
import { Stopped } from "./watch-attempt.ts";

/** The turn is the run, its next step the step: whichever worker tries again finds both. */
export function openDebugCall(recorder: DebugRecorder, { chat, fence, model }: Attempt): DebugCall {
  return recorder.open({
    chat,
    kind: "chat_turn",
    name: String(fence.turn_id),
    trigger_message_id: fence.turn_id,
    step: chat.turn_steps + 1,
    call: episodeName(fence.history_version, fence.generation_attempt),
    provider: model.provider,
    model: model.model,
  });
}

/** How an attempt ended. `outcome`: what was committed; null when nothing was, so that another attempt goes on. */
export interface AttemptEnd {
  readonly answer: Answer;
  readonly failure: unknown;
  readonly outcome: StepOutcome | null;
}

export function endDebugCall(call: DebugCall, { answer, failure, outcome }: AttemptEnd): void {
  // An answer is put together only for those who want to see it.
  if (!call.isRecorded) return;
  const status = failure === null ? "completed" : failure instanceof Stopped ? "interrupted" : "error";
  const finish_reason = answer.finish_reason ?? "other";
  const interrupted = status !== "completed";
  const message = answer.message({ finish_reason: interrupted ? "error" : finish_reason, interrupted });
  const { content, provider_response_id = null, usage = null } = message;
  call.ended({
    status,
    run: runStatus(outcome, status),
    response: { content, finish_reason: answer.finish_reason, provider_response_id },
    usage,
    ...(status === "error" && { error: failure }),
  });
}

/** While the turn goes on its run does, too. */
function runStatus(outcome: StepOutcome | null, status: DebugStatus): DebugStatus {
  if (outcome?.type === "ended") return outcome.status === "error" ? "error" : status;
  return outcome?.type === "moved" ? status : "in_progress";
}
