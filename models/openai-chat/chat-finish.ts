// Reads why a Chat Completions stream ended, in the words of many servers. Pure.
import type { FinishReason } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { textOf } from "../http/untrusted-json.ts";

/** `failed`: the server says with a finish reason what others say with an error. */
export type ChatFinish =
  | { readonly type: "none" }
  | { readonly type: "finished"; readonly reason: FinishReason }
  | { readonly type: "filtered" }
  /** The model wrote a call that the server could not read. */
  | { readonly type: "malformed"; readonly words: string }
  | { readonly type: "failed"; readonly words: string };

/** In lower case. `model_length` is Mistral's; `eos_token` and `stop_sequence` are those of Text Generation Inference. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  eos: "stop",
  eos_token: "stop",
  stop_sequence: "stop",
  end_turn: "stop",
  length: "length",
  max_tokens: "length",
  model_length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
};

/** Placeholders that some servers use instead of null. */
const UNFINISHED: ReadonlySet<string> = new Set(["", "null", "none"]);
/** Gemini's words as its compatible address sends them, and Zhipu's `sensitive`. */
const FILTERED = /^(content_filter|safety|recitation|blocklist|prohibited_content|spii|sensitive)\b/;
/** Gemini's, alone or after the compatible address's own word. */
const MALFORMED = /malformed_function_call|malformed_tool_call|unexpected_tool_call/;
/** OpenRouter and vLLM, SGLang, DeepSeek, Zhipu. */
const FAILED: ReadonlySet<string> = new Set([
  "error",
  "abort",
  "insufficient_system_resource",
  "network_error",
]);

/**
 * What a choice says about its end. A gateway may call the end good while `native_finish_reason` says that its provider
 * failed.
 */
export function chatFinish(choice: JsonObject): ChatFinish {
  const reason = textOf(choice["finish_reason"]).toLowerCase();
  if (UNFINISHED.has(reason)) return { type: "none" };
  const native = textOf(choice["native_finish_reason"]).toLowerCase();
  const failed = [reason, native].find((each) => FAILED.has(each));
  if (failed !== undefined) return { type: "failed", words: failedWords(failed) };
  const malformed = [reason, native].find((each) => MALFORMED.test(each));
  if (malformed !== undefined) return { type: "malformed", words: malformed };
  if (FILTERED.test(reason)) return { type: "filtered" };
  return { type: "finished", reason: FINISH_REASONS[reason] ?? "other" };
}

function failedWords(reason: string): string {
  if (reason === "insufficient_system_resource") return "overloaded: insufficient system resource";
  return `the server ended the answer with the reason ${reason}`;
}
