// A call for a title or a summary as a call of its debug run.
import type { Usage } from "../../core/chat/message.ts";
import type { DescribePrompt } from "../../core/prompt/describe-prompt.ts";
import type { UsageKind } from "../../core/usage/usage-record.ts";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { DebugCall, DebugRecorder } from "../debug/debug-recorder.ts";

export interface Wanted {
  readonly chat: ChatRow;
  readonly kind: Extract<UsageKind, "title" | "summary">;
  /** Names what is described, among the calls of this kind in the chat. */
  readonly of: number;
  readonly prompt: DescribePrompt;
}

export interface Heard {
  text: string;
  usage: Usage | null;
}

interface PhraseCall {
  readonly model: ModelConfigRow;
  /** Among the models that are asked. */
  readonly index: number;
  /** Of the call, unique in the chat. */
  readonly name: string;
}

/** What is described is the run; each model that is asked is a step. */
export function openPhraseCall(
  recorder: DebugRecorder,
  { chat, kind, of }: Wanted,
  call: PhraseCall,
): DebugCall {
  return recorder.open({
    chat,
    kind,
    name: String(of),
    trigger_message_id: kind === "summary" ? of : chat.current_turn_id,
    step: call.index + 1,
    call: call.name,
    provider: call.model.provider,
    model: call.model.model,
  });
}

interface PhraseEnd {
  readonly heard: Heard;
  readonly failure: unknown;
  /** This worker is to end; another one asks. */
  readonly isOver: boolean;
}

export function endPhraseCall(call: DebugCall, { heard, failure, isOver }: PhraseEnd): void {
  const status = failure === null ? "completed" : isOver ? "interrupted" : "error";
  call.ended({
    status,
    // A success of the next model, or of the next try, is stronger.
    run: isOver ? "in_progress" : status,
    response: { content: heard.text, finish_reason: null },
    usage: heard.usage,
    error: failure,
  });
}
