// Lets Anthropic's Messages continue an answer: the last message is the assistant's. Pure.
import type { MessageParam } from "@anthropic-ai/sdk/resources/messages";
import type { Continuable } from "../../core/prompt/kept-answer.ts";
import { objectOf, textOf } from "../http/untrusted-json.ts";
import { CallSettings } from "../prompt/call-settings.ts";
import type { ModelRequest } from "../provider.ts";
import { claudeTraits } from "../quirks/claude-traits.ts";

/** Why no call of this model continues an answer; null if it can, unless it thinks. */
export function prefillObstacle(
  { model }: Pick<ModelRequest, "model">,
  settings: CallSettings,
): string | null {
  if (settings.prefill !== "assistant") return "Anthropic takes the form assistant alone";
  return claudeTraits(model).takes_prefill ? null : `${model} takes no answer that was begun`;
}

/**
 * Thinking comes first in each answer, so no answer continues while thinking is on. Text that followed thinking is
 * refused without it.
 */
export function anthropicContinuable(call: Pick<ModelRequest, "model" | "config">): Continuable {
  const settings = new CallSettings(call.config);
  if (prefillObstacle(call, settings) !== null) return "nothing";
  const own = objectOf(settings.provider_options?.["thinking"]);
  const isOff = own === null ? (settings.effort() ?? "none") === "none" : textOf(own["type"]) === "disabled";
  return isOff ? "text" : "nothing";
}

/**
 * The messages with the started answer at their end, after the cache marks: the next step's prompt does not contain it
 * in this form. The API refuses white space at its end.
 */
export function appendStartedAnswer(
  messages: readonly MessageParam[],
  prefill: ModelRequest["prefill"],
): MessageParam[] {
  const text = prefill?.text.trimEnd() ?? "";
  if (text === "") return [...messages];
  const last = messages.at(-1);
  const block = { type: "text" as const, text };
  if (last?.role !== "assistant" || !Array.isArray(last.content)) {
    return [...messages, { role: "assistant", content: [block] }];
  }
  return [...messages.slice(0, -1), { role: "assistant", content: [...last.content, block] }];
}
