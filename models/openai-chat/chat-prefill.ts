// Models room: an answer that goes on, in Chat Completions. What is standard there has no word for it; each server has its own
// (core/prompt/prefill-form.ts). Pure.
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Continuable } from "../../core/prompt/kept-answer.ts";
import { CallSettings } from "../prompt/call-settings.ts";
import type { CallConfig, ModelRequest } from "../provider.ts";

/**
 * Text may be given without the reasoning that led to it, which chat templates leave out themselves; but where a message is
 * marked as a prefix (DeepSeek) the reasoning has to come back with the calls of the same turn. A model that is asked to
 * think begins with it: it cannot go on with an answer. OpenAI's own models go on with none.
 */
export function chatContinuable(config: CallConfig, target: { readonly is_strict: boolean }): Continuable {
  const settings = new CallSettings(config);
  const effort = settings.effort() ?? "none";
  if (settings.prefill === undefined || target.is_strict || effort !== "none") return "nothing";
  return settings.prefill === "prefix" ? "text" : "text-after-reasoning";
}

export interface BegunChat {
  /** Ends the messages. */
  readonly messages: readonly ChatCompletionMessageParam[];
  /** Of the request. */
  readonly fields: object;
}

/** How a request says that it is to go on with `prefill`; nothing without one. */
export function begunChat(prefill: ModelRequest["prefill"], form: CallConfig["prefill"]): BegunChat {
  if (prefill === undefined) return { messages: [], fields: {} };
  const message = { role: "assistant" as const, content: prefill.text };
  if (form === "prefix")
    return { messages: [{ ...message, prefix: true } as ChatCompletionMessageParam], fields: {} };
  const fields =
    form === "continue_final_message" ? { continue_final_message: true, add_generation_prompt: false } : {};
  return { messages: [message], fields };
}
