// Models room: what is known of models by their names, where the API refuses a whole request for one wrong setting. Pure.
// A name that is not known (a deployment's own, a new model) is left alone: the provider then says itself what is wrong.

/** How an OpenAI model takes the settings of reasoning and of sampling: each kind refuses the other's. */
export type OpenAiKind = "reasoning" | "plain" | "unknown";

const OPENAI_REASONING = /^(o\d|gpt-(5|6|7|8|9)(?!.*-chat)|codex)/;
const OPENAI_PLAIN = /^(gpt-3|gpt-4|gpt-5.*-chat|chatgpt-)/;

export function openAiKind(model: string): OpenAiKind {
  const name = baseName(model);
  if (OPENAI_REASONING.test(name)) return "reasoning";
  return OPENAI_PLAIN.test(name) ? "plain" : "unknown";
}

/** Most tokens a model writes in one answer, by the providers' model pages; the first that matches. */
const OUTPUT_TOKENS_MAX: readonly (readonly [RegExp, number])[] = [
  [/^gpt-3\.5/, 4_096],
  [/^gpt-4(-0|-1106|-turbo|-vision)/, 4_096],
  [/^gpt-4$/, 8_192],
  [/^gpt-4o-2024-05-13$/, 4_096],
  [/^(gpt-4o|chatgpt-4o|gpt-5.*-chat)/, 16_384],
  [/^claude-3-(opus|sonnet|haiku)/, 4_096],
  [/^claude-3-5/, 8_192],
  // Its 32,000 is the default too, but a config may ask for more.
  [/^claude-opus-4(-0|-1)?(-\d{8})?$/, 32_000],
  [/^gpt-4\.1/, 32_768],
];

/** The model's own limit on an answer, null when none is known that a config could exceed. */
export function outputTokensMaxOf(model: string): number | null {
  const name = baseName(model);
  return OUTPUT_TOKENS_MAX.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Models before adaptive thinking: there a budget of tokens is named. */
const CLAUDE_BUDGET = /^claude-(3|(opus|sonnet|haiku)-4(-(0|1|5))?(-\d{8})?$)/;
/** Models that take temperature or top_p, but not both: since Opus 4.1. */
const CLAUDE_BOTH_SAMPLERS = /^claude-(3|(opus|sonnet)-4(-0)?(-\d{8})?$)/;
/** Models that take no sampling settings at all: since Opus 4.7. */
const CLAUDE_UNSAMPLED = /^claude-(opus-4-[7-9]|(opus|sonnet|haiku)-[5-9])/;
/** Models that do not go on with an answer that was begun: since Opus 4.6 ("prefill removal" in What's new in Claude 4.6). */
const CLAUDE_UNCONTINUED = /^claude-((opus|sonnet|haiku)-4-[6-9]|(opus|sonnet|haiku)-[5-9])/;

export interface ClaudeTraits {
  readonly names_budget: boolean;
  readonly sampling: "both" | "one" | "none";
  readonly takes_prefill: boolean;
}

/** Names that are not Claude's count as one that takes all: servers that imitate the API. */
export function claudeTraits(model: string): ClaudeTraits {
  if (!model.startsWith("claude-")) return { names_budget: false, sampling: "both", takes_prefill: true };
  const several = CLAUDE_BOTH_SAMPLERS.test(model) ? "both" : "one";
  return {
    names_budget: CLAUDE_BUDGET.test(model),
    sampling: CLAUDE_UNSAMPLED.test(model) ? "none" : several,
    takes_prefill: !CLAUDE_UNCONTINUED.test(model),
  };
}

/** Without the marks of fine-tuning: `ft:gpt-4o-mini-2024-07-18:org::id` is as the model it came from. */
function baseName(model: string): string {
  return model.startsWith("ft:") ? (model.split(":")[1] ?? model) : model;
}
