// Lets Chat Completions continue an answer. The standard has no word for it, so each server has its own
// (core/prompt/prefill-form.ts). Pure.
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Continuable } from "../../core/prompt/kept-answer.ts";
import { CallSettings } from "../prompt/call-settings.ts";
import type { CallConfig, ModelRequest } from "../provider.ts";

/**
 * Text may be sent without the reasoning that led to it, because chat templates leave reasoning out themselves. But if
 * a message is marked as a prefix (DeepSeek), the reasoning must come back with the calls of the same turn. A model
 * that is asked to think starts with thinking, so it cannot continue an answer. OpenAI's own models cannot continue one
 * either.
 */
export function chatContinuable(config: CallConfig, target: { readonly is_strict: boolean }): Continuable {
  const settings = new CallSettings(config);
  const effort = settings.effort() ?? "none";
  if (settings.prefill === undefined || target.is_strict || effort !== "none") return "nothing";
  return settings.prefill === "prefix" ? "text" : "text-after-reasoning";
}

export interface ChatPrefill {
  /** The last message. */
  readonly messages: readonly ChatCompletionMessageParam[];
  /** Fields of the request. */
  readonly fields: object;
}

/** How a request says that it continues `prefill`; nothing without one. */
export function chatPrefill(prefill: ModelRequest["prefill"], form: CallConfig["prefill"]): ChatPrefill {
  if (prefill === undefined) return { messages: [], fields: {} };
  const message = { role: "assistant" as const, content: prefill.text };
  if (form === "prefix")
    return { messages: [{ ...message, prefix: true } as ChatCompletionMessageParam], fields: {} };
  const fields =
    form === "continue_final_message" ? { continue_final_message: true, add_generation_prompt: false } : {};
  return { messages: [message], fields };
}
