// Models room: a reasoning effort in Anthropic's terms. Pure.
import { claudeTraits } from "./model-traits.ts";

const BUDGET_TOKENS: Readonly<Record<string, number>> = {
  minimal: 1_024,
  low: 4_096,
  medium: 10_000,
  high: 20_000,
  xhigh: 28_000,
  max: 28_000,
};

/** The least budget the API takes. */
const budgetTokensMin = 1_024;

/** Request fields for `effort`; none when there is none, or when the output limit leaves no room for a budget. */
export function thinkingSettings(model: string, effort: string | undefined, maxTokens: number): object {
  if (effort === undefined || effort === "none") return {};
  if (claudeTraits(model).names_budget) {
    // The budget counts towards the output limit: half of it stays for the answer.
    const budget = Math.min(BUDGET_TOKENS[effort] ?? budgetTokensMin, Math.floor(maxTokens / 2));
    return budget < budgetTokensMin ? {} : { thinking: { type: "enabled", budget_tokens: budget } };
  }
  // `minimal` is OpenAI's word; here the scale begins with low.
  const level = effort === "minimal" ? "low" : effort;
  return { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: level } };
}
