// Reads why a Chat Completions stream ended. What each server says at the end is a row, never a branch. Pure.
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

interface FinishRow {
  /** Who says it. */
  readonly servers: string;
  /** In lower case. */
  readonly reasons: RegExp;
  readonly means: ChatFinish["type"];
  /** For `finished`. */
  readonly reason?: FinishReason;
  /** For `failed`: what the classifier reads. If absent, the finish reason itself. */
  readonly words?: string;
  /** Where it is documented or was seen, and when we looked. */
  readonly sources?: readonly { readonly url: string; readonly on: string }[];
}

const seen = (...urls: readonly string[]) => urls.map((url) => ({ url, on: "2026-11-28" }));

/** The first row that matches decides. */
const ROWS: readonly FinishRow[] = [
  { servers: "several, in the place of null", reasons: /^(null|none)?$/, means: "none" },
  {
    servers: "DeepSeek",
    reasons: /^insufficient_system_resource$/,
    means: "failed",
    words: "overloaded: insufficient system resource",
    sources: seen(
      "https://docs.rs/crate/ds-api/latest/source/src/raw/response/non_streaming/finish_reason.rs",
    ),
  },
  {
    servers: "OpenRouter, Mistral (error), vLLM, SGLang (abort), Zhipu (network_error)",
    reasons: /^(error|abort|network_error)$/,
    means: "failed",
    sources: seen(
      "https://github.com/laravel/ai/pull/955",
      "https://github.com/vllm-project/vllm/issues/57082",
      "https://github.com/sgl-project/sglang/pull/6693",
      "https://github.com/Xiang-CH/zhipu-ai-provider",
    ),
  },
  {
    // Its compatible address sends this alone, or after a word of OpenAI's.
    servers: "Gemini",
    reasons: /malformed_function_call|malformed_tool_call|unexpected_tool_call/,
    means: "malformed",
    sources: seen("https://github.com/theopenco/llmgateway/pull/2218"),
  },
  {
    servers: "OpenAI (content_filter), Gemini, Zhipu (sensitive)",
    reasons: /^(content_filter|safety|recitation|blocklist|prohibited_content|spii|sensitive)\b/,
    means: "filtered",
    sources: seen(
      "https://github.com/HKUDS/Vibe-Trading/pull/308",
      "https://github.com/Xiang-CH/zhipu-ai-provider",
    ),
  },
  {
    servers: "OpenAI (stop), Text Generation Inference (eos_token, stop_sequence), gateways (eos, end_turn)",
    reasons: /^(stop|eos|eos_token|stop_sequence|end_turn)$/,
    means: "finished",
    reason: "stop",
    sources: seen("https://github.com/huggingface/text-generation-inference/pull/2344"),
  },
  {
    servers: "OpenAI (length), Gemini (max_tokens), Mistral (model_length)",
    reasons: /^(length|max_tokens|model_length)$/,
    means: "finished",
    reason: "length",
    sources: seen("https://github.com/laravel/ai/pull/955"),
  },
  {
    servers: "OpenAI, now and before it had tools",
    reasons: /^(tool_calls|function_call)$/,
    means: "finished",
    reason: "tool_calls",
  },
];

/** Meanings that also count if only `native_finish_reason` says so. */
const NATIVE: readonly ChatFinish["type"][] = ["failed", "malformed"];

/**
 * What a choice says about its end. A gateway (OpenRouter) may call the end good while `native_finish_reason` says that
 * its provider failed.
 */
export function chatFinish(choice: JsonObject): ChatFinish {
  const reason = textOf(choice["finish_reason"]).toLowerCase();
  const native = textOf(choice["native_finish_reason"]).toLowerCase();
  for (const row of ROWS) {
    const said = NATIVE.includes(row.means) ? [reason, native] : [reason];
    const found = said.find((each) => row.reasons.test(each));
    if (found !== undefined) return finishOf(row, found);
  }
  return { type: "finished", reason: "other" };
}

function finishOf({ means, reason = "other", words }: FinishRow, said: string): ChatFinish {
  switch (means) {
    case "finished":
      return { type: "finished", reason };
    case "failed":
      return { type: "failed", words: words ?? `the server ended the answer with the reason ${said}` };
    case "malformed":
      return { type: "malformed", words: said };
    default:
      return { type: means };
  }
}
