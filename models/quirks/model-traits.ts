// What is known about OpenAI's models by their names, as data. The API refuses a whole request for one wrong setting. An
// unknown name (a deployment's own, a new model) changes nothing: the provider then says what is wrong. Pure.

import { claudeOutputTokensMax } from "./claude-traits.ts";

/** How an OpenAI model takes the settings of reasoning and of sampling. Each kind refuses the other's. */
export type OpenAiKind = "reasoning" | "plain" | "unknown";

interface OpenAiModels {
  readonly names: RegExp;
  readonly kind: OpenAiKind;
  /** Most tokens that it writes in one answer; absent if a config cannot exceed them. */
  readonly output_tokens_max?: number;
}

/**
 * The first row that matches decides. Checked on 2026-11-28 against the SDK's list of models, the reasoning guide
 * (https://platform.openai.com/docs/guides/reasoning) and the pages of the models
 * (https://platform.openai.com/docs/models).
 */
const OPENAI_MODELS: readonly OpenAiModels[] = [
  // Azure writes it without the point.
  { names: /^gpt-3\.?5/, kind: "plain", output_tokens_max: 4_096 },
  { names: /^gpt-5.*-chat/, kind: "plain", output_tokens_max: 16_384 },
  { names: /^(o\d|gpt-([5-9]|\d\d)(?!.*-chat)|codex)/, kind: "reasoning" },
  { names: /^gpt-4(-0|-1106|-turbo|-vision)/, kind: "plain", output_tokens_max: 4_096 },
  { names: /^gpt-4$/, kind: "plain", output_tokens_max: 8_192 },
  { names: /^gpt-4o-2024-05-13$/, kind: "plain", output_tokens_max: 4_096 },
  { names: /^(gpt-4o|chatgpt-4o)/, kind: "plain", output_tokens_max: 16_384 },
  { names: /^gpt-4\.1/, kind: "plain", output_tokens_max: 32_768 },
  { names: /^(gpt-3|gpt-4|chatgpt-)/, kind: "plain" },
];

export function openAiKind(model: string): OpenAiKind {
  return openAiModels(baseName(model))?.kind ?? "unknown";
}

/** The model's own limit on an answer; null if none is known that a config could exceed. */
export function outputTokensMaxOf(model: string): number | null {
  const name = baseName(model);
  return claudeOutputTokensMax(name) ?? openAiModels(name)?.output_tokens_max ?? null;
}

function openAiModels(name: string): OpenAiModels | undefined {
  return OPENAI_MODELS.find(({ names }) => names.test(name));
}

/** Without the marks of fine-tuning: `ft:gpt-4o-mini-2024-07-18:org::id` behaves like the model that it came from. */
function baseName(model: string): string {
  return model.startsWith("ft:") ? (model.split(":")[1] ?? model) : model;
}
