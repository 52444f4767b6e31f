// Converts a reasoning effort to Anthropic's terms. Pure.
import type { ContentBlockParam, MessageParam } from "@anthropic-ai/sdk/resources/messages";
import type { CallSettings } from "../prompt/call-settings.ts";
import type { ModelRequest } from "../provider.ts";
import { type ClaudeTraits, claudeTraits } from "../quirks/claude-traits.ts";
import { shapeOf, thinkingWayOf } from "../quirks/quirk-lessons.ts";

const BUDGET_TOKENS: ReadonlyMap<string, number> = new Map([
  ["minimal", 1_024],
  ["low", 4_096],
  ["medium", 10_000],
  ["high", 20_000],
  ["xhigh", 28_000],
  ["max", 28_000],
]);

/** The smallest budget that the API takes. */
const budgetTokensMin = 1_024;

/** Newer models show their thoughts only if asked to. */
const THINKS = { type: "adaptive", display: "summarized" } as const;

export interface ThinkingWish {
  readonly request: Pick<ModelRequest, "model" | "quirks">;
  readonly settings: CallSettings;
  readonly maxTokens: number;
}

export interface ThinkingFields {
  readonly thinking?: { readonly type: string };
  readonly output_config?: object;
}

/** Request fields for the wanted effort. Notes what cannot be kept. */
export function thinkingSettings({ request, settings, maxTokens }: ThinkingWish): ThinkingFields {
  const effort = settings.effort();
  const traits = thinkingTraits(request);
  if (traits.thinking === "none") {
    if (effort !== undefined && effort !== "none")
      settings.note("reasoning_effort", `${request.model} does not think`);
    return {};
  }
  if (effort === "none") return unthinking(traits, request.model, settings);
  if (effort === undefined) return traits.thinks_unasked ? { thinking: THINKS } : {};
  if (traits.thinking === "budget") return budgetOf(effort, maxTokens, settings);
  const level = knownEffort(effort, traits);
  if (level !== effort && effort !== "minimal")
    settings.note("reasoning_effort", `${request.model} knows no ${effort}: ${level} is asked for`);
  return { thinking: THINKS, output_config: { effort: level } };
}

/** What the name says about the model, and what its server has taught. */
function thinkingTraits({ model, quirks }: ThinkingWish["request"]): ClaudeTraits {
  const traits = claudeTraits(model);
  const way = thinkingWayOf(quirks);
  if (way === "adaptive") return { ...traits, thinking: "adaptive", thinking_off: "never" };
  if (way === "budget") return { ...traits, thinking: "budget", thinks_unasked: false };
  return way === "leave out" ? { ...traits, thinking: "none" } : traits;
}

function unthinking(traits: ClaudeTraits, model: string, settings: CallSettings): ThinkingFields {
  if (traits.thinking_off === "never") {
    settings.note("reasoning_effort", `${model} always thinks: the least is asked for`);
    return { thinking: THINKS, output_config: { effort: "low" } };
  }
  return traits.thinks_unasked ? { thinking: { type: traits.thinking_off } } : {};
}

function budgetOf(effort: string, maxTokens: number, settings: CallSettings): ThinkingFields {
  // The budget counts towards the output limit, so half of it stays for the answer.
  const budget = Math.min(BUDGET_TOKENS.get(effort) ?? budgetTokensMin, Math.floor(maxTokens / 2));
  if (budget >= budgetTokensMin)
    return { thinking: { type: "enabled", budget_tokens: budget } as { type: string } };
  settings.note("reasoning_effort", `no room to think in ${maxTokens} tokens of output`);
  return {};
}

/** The strongest effort that the model knows and that is not stronger. A word outside the scale stays as it is. */
function knownEffort(effort: string, { efforts }: ClaudeTraits): string {
  // OpenAI's word. Here the scale starts with low.
  if (effort === "minimal") return "low";
  const scale = ["low", "medium", "high", "xhigh", "max"];
  const place = scale.indexOf(effort);
  if (place < 0 || efforts.includes(effort)) return effort;
  return scale.slice(0, place).findLast((each) => efforts.includes(each)) ?? effort;
}

/**
 * Whether the request continues a tool loop whose last answer does not start with thinking, because another model wrote
 * it or its signature was refused. A model with a token budget must not think then.
 */
export function mayThink(request: ModelRequest, messages: readonly MessageParam[]): boolean {
  const isFree = thinkingTraits(request).thinking !== "budget" && shapeOf(request.quirks).thinks_in_bare_loop;
  const last = messages.at(-1);
  const isInLoop = last?.role === "user" && blocksOf(last)[0]?.type === "tool_result";
  if (isFree || !isInLoop) return true;
  const answer = messages.findLast(({ role }) => role === "assistant");
  const first = answer === undefined ? undefined : blocksOf(answer)[0]?.type;
  return first === "thinking" || first === "redacted_thinking";
}

function blocksOf({ content }: MessageParam): readonly ContentBlockParam[] {
  return typeof content === "string" ? [] : content;
}
