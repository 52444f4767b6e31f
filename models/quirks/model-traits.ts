// What is known about models by their names, where the API refuses a whole request for one wrong setting. Pure. An
// unknown name (a deployment's own, a new model) changes nothing: the provider then says what is wrong.

import { claudeOutputTokensMax } from "./claude-traits.ts";

/** How an OpenAI model takes the settings of reasoning and of sampling. Each kind refuses the other's. */
export type OpenAiKind = "reasoning" | "plain" | "unknown";

/** By the SDK's list of models and the reasoning guide (https://platform.openai.com/docs/guides/reasoning), 2026-11-28. */
const OPENAI_REASONING = /^(o\d|gpt-([5-9]|\d\d)(?!.*-chat)|codex)/;
const OPENAI_PLAIN = /^(gpt-3|gpt-4|gpt-5.*-chat|chatgpt-)/;

export function openAiKind(model: string): OpenAiKind {
  const name = baseName(model);
  if (OPENAI_REASONING.test(name)) return "reasoning";
  return OPENAI_PLAIN.test(name) ? "plain" : "unknown";
}

/** Most tokens that a model writes in one answer, by the providers' model pages. The first match counts. */
const OUTPUT_TOKENS_MAX: readonly (readonly [RegExp, number])[] = [
  [/^gpt-3\.5/, 4_096],
  [/^gpt-4(-0|-1106|-turbo|-vision)/, 4_096],
  [/^gpt-4$/, 8_192],
  [/^gpt-4o-2024-05-13$/, 4_096],
  [/^(gpt-4o|chatgpt-4o|gpt-5.*-chat)/, 16_384],
  [/^gpt-4\.1/, 32_768],
];

/** The model's own limit on an answer; null if none is known that a config could exceed. */
export function outputTokensMaxOf(model: string): number | null {
  const name = baseName(model);
  return (
    claudeOutputTokensMax(name) ?? OUTPUT_TOKENS_MAX.find(([pattern]) => pattern.test(name))?.[1] ?? null
  );
}

/** Without the marks of fine-tuning: `ft:gpt-4o-mini-2024-07-18:org::id` behaves like the model that it came from. */
function baseName(model: string): string {
  return model.startsWith("ft:") ? (model.split(":")[1] ?? model) : model;
}
