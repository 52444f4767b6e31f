// Core is pure: when a history is compacted, what of it is summarised and what stays word for word (SPEC K).

import type { Part } from "../part/part.ts";
import type { FinishReason, Role, Usage } from "./message.ts";

/** The call and result that show a compaction to people; no tool has this name. */
export const CHAT_SUMMARIZED = "chat_summarized";

export type CompactionSource = "automatic" | "manual" | "overflow";

/** A compaction that was asked for, and is not subject to the threshold. */
export interface WantedCompaction {
  readonly source: "manual" | "overflow";
  /** What the provider that overflowed says its limit is; null: it did not say. */
  readonly context_limit: number | null;
}

/** How full the context was. Null: nobody knows. */
export interface ContextUsage {
  readonly context_tokens: number | null;
  readonly context_limit_tokens: number | null;
  readonly threshold_percent: number;
}

/** Percent of the limit at which a history is compacted (SPEC K2). */
const thresholdDefault = 70;
/** Of models with room for half a million tokens and more: they answer worse and cost more long before it is full. */
const thresholdLarge = 30;
const largeLimitTokens = 500_000;
/** Automatic compaction is off at this threshold. */
export const thresholdOff = 100;

/** Tokens that a call sent, cached ones too; where the provider splits nothing, its total (SPEC K1). */
export function contextTokens(usage: Usage): number {
  const sent = usage.input_tokens + usage.cache_read_tokens + usage.cache_creation_tokens;
  return sent > 0 ? sent : usage.total_tokens;
}

/** @param configured the model config's own, 0 to 100; null: the default */
export function compactionThreshold(limitTokens: number | null, configured: number | null): number {
  if (configured !== null) return Math.min(Math.max(configured, 0), thresholdOff);
  return limitTokens !== null && limitTokens >= largeLimitTokens ? thresholdLarge : thresholdDefault;
}

/** Null while tokens or limit are not known. */
export function usagePercent(
  usage: Pick<ContextUsage, "context_tokens" | "context_limit_tokens">,
): number | null {
  const { context_tokens, context_limit_tokens } = usage;
  if (context_tokens === null || context_limit_tokens === null || context_limit_tokens <= 0) return null;
  return (100 * context_tokens) / context_limit_tokens;
}

/** A message of the prompt's history, as far as compaction looks at it. */
export interface CompactableMessage {
  readonly id: number;
  readonly role: Role;
  readonly content: readonly Part[];
  readonly finish_reason?: FinishReason | null;
  /** A boundary: what came before it is in its text. */
  readonly compressed?: boolean;
}

export interface CompactionPlan<M> {
  /** What the summary is made of, oldest first; the summary before it is part of it. */
  readonly summarised: readonly M[];
  /** User messages that follow the boundary word for word. */
  readonly kept: readonly M[];
}

/**
 * Divides what a prompt holds (`afterBoundary`) into what is summarised and what is not. System messages are in neither:
 * they stay where they are. Null: there is nothing to compact.
 * @param goesOn whether the turn wants another answer; then what began it is not answered yet
 */
export function planCompaction<M extends CompactableMessage>(
  messages: readonly M[],
  goesOn: boolean,
): CompactionPlan<M> | null {
  const history = messages.filter((message) => message.role !== "system");
  const kept = new Set(unanswered(history, goesOn));
  const summarised = history.filter((message) => !kept.has(message));
  const isWorth = summarised.some((message) => message.compressed !== true && message.content.length > 0);
  return isWorth ? { summarised, kept: history.filter((message) => kept.has(message)) } : null;
}

/**
 * User messages whose answer is missing or under way (SPEC K4). An answer that asked for tools is under way for as long as
 * its turn is; one that an error cut off is none; one that the user cut off is.
 */
function unanswered<M extends CompactableMessage>(history: readonly M[], goesOn: boolean): readonly M[] {
  let waiting: M[] = [];
  let isBegun = false;
  for (const message of history) {
    if (message.compressed === true) continue;
    if (message.role === "user") {
      if (isBegun) waiting = [];
      isBegun = false;
      waiting.push(message);
    } else if (message.role === "assistant" && message.finish_reason !== "error") {
      isBegun = true;
      if (!asksForTools(message)) waiting = [];
    }
  }
  return isBegun && !goesOn ? [] : waiting;
}

function asksForTools({ content, finish_reason }: CompactableMessage): boolean {
  if (finish_reason === "interrupted") return false;
  return content.some((part) => part.type === "tool-call" && part.provider_executed !== true);
}

/** What people see of a compaction, as the result of its `chat_summarized` call (SPEC K3). */
export function summaryResult(summary: string, source: CompactionSource, usage: ContextUsage) {
  const percent = usagePercent(usage);
  return {
    summary,
    source,
    threshold_percent: usage.threshold_percent,
    usage_percent: percent === null ? null : Math.round(percent * 10) / 10,
    context_tokens: usage.context_tokens,
    context_limit_tokens: usage.context_limit_tokens,
  };
}
