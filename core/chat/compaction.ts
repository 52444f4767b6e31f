// Decides when a history is compacted, what is summarised, and what stays word for word (SPEC K).

import type { Part } from "../part/part.ts";
import type { FinishReason, Role, Usage, Visibility } from "./message.ts";

/** The call and result that show a compaction to people. No tool has this name. */
export const CHAT_SUMMARIZED = "chat_summarized";

export type CompactionSource = "automatic" | "manual" | "overflow";

/** A compaction that somebody or a provider asked for. The threshold does not apply to it. */
export interface WantedCompaction {
  readonly source: "manual" | "overflow";
  /** The limit that the provider named when it refused the prompt; null if it named none. */
  readonly context_limit: number | null;
}

/** How many tokens a model takes, as its provider has named it in a refusal. */
export interface LearntLimit {
  /** Only as long as the config asks this model. */
  readonly model_config_id: string;
  readonly model: string;
  readonly tokens: number;
}

/** How full the context was. Null if nobody knows. */
export interface ContextUsage {
  readonly context_tokens: number | null;
  readonly context_limit_tokens: number | null;
  readonly threshold_percent: number;
}

/** Percent of the limit at which a history is compacted (SPEC K2). */
const thresholdDefault = 70;
/** For models with a context of half a million tokens or more: they answer worse and cost more long before it is full. */
const thresholdLarge = 30;
const largeLimitTokens = 500_000;
/** This threshold turns automatic compaction off. */
export const thresholdOff = 100;

/** Tokens that a call sent, including cached ones; if the provider reports only a total, that total (SPEC K1). */
export function contextTokens(usage: Usage): number {
  const sent = usage.input_tokens + usage.cache_read_tokens + usage.cache_creation_tokens;
  return sent > 0 ? sent : usage.total_tokens;
}

/** @param configured the model config's threshold, 0 to 100; null means the default */
export function compactionThreshold(limitTokens: number | null, configured: number | null): number {
  if (configured !== null) return Math.min(Math.max(configured, 0), thresholdOff);
  return limitTokens !== null && limitTokens >= largeLimitTokens ? thresholdLarge : thresholdDefault;
}

/** Null while tokens or limit are unknown. */
export function usagePercent(
  usage: Pick<ContextUsage, "context_tokens" | "context_limit_tokens">,
): number | null {
  const { context_tokens, context_limit_tokens } = usage;
  if (context_tokens === null || context_limit_tokens === null || context_limit_tokens <= 0) return null;
  return (100 * context_tokens) / context_limit_tokens;
}

/** A message of the prompt's history, with what compaction needs to know of it. */
export interface CompactableMessage {
  readonly id: number;
  /** The message that began its turn. */
  readonly turn_id?: number;
  readonly role: Role;
  readonly visibility?: Visibility;
  readonly content: readonly Part[];
  readonly finish_reason?: FinishReason | null;
  /** A boundary: its text stands for everything before it. */
  readonly compressed?: boolean;
}

export interface CompactionPlan<M> {
  /** What is summarised, oldest first. It includes the previous summary. */
  readonly summarised: readonly M[];
  /** User messages that stay word for word after the boundary. */
  readonly kept: readonly M[];
}

/**
 * Divides the messages after the boundary into those to summarise and those to keep. System messages are in neither:
 * they stay where they are. Null if there is nothing to compact.
 * @param goesOn whether the turn wants another answer; then the message that started it is not answered yet
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
 * User messages without a complete answer (SPEC K4). An answer that called tools is incomplete until its turn ends. An
 * answer that an error cut off does not count; one that the user cut off does.
 */
function unanswered<M extends CompactableMessage>(history: readonly M[], goesOn: boolean): readonly M[] {
  let waiting: M[] = [];
  let isBegun = false;
  for (const message of history) {
    // A boundary, or what the system told the model: nobody asked it.
    if (message.compressed === true || (message.role === "user" && message.visibility === "model")) continue;
    if (message.role === "user") {
      if (isBegun && !steers(message)) waiting = [];
      isBegun = false;
      waiting.push(message);
    } else if (message.role === "assistant" && message.finish_reason !== "error") {
      isBegun = true;
      if (!asksForTools(message)) waiting = [];
    }
  }
  return isBegun && !goesOn ? [] : waiting;
}

/** It was sent into a turn (SPEC Q7): whatever that turn had to answer before is still to be answered. */
function steers({ id, turn_id }: CompactableMessage): boolean {
  return turn_id !== undefined && turn_id !== id;
}

function asksForTools({ content, finish_reason }: CompactableMessage): boolean {
  if (finish_reason === "interrupted") return false;
  return content.some((part) => part.type === "tool-call" && part.provider_executed !== true);
}

/** What people see of a compaction: the result of its `chat_summarized` call (SPEC K3). */
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
