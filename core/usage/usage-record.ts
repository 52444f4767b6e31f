// What is kept of a model call for the bill.
import type { Usage } from "../chat/message.ts";

/** What a model call was for. */
export const USAGE_KINDS = ["chat_turn", "title", "compaction", "summary"] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

/** One model call. It outlives its message, its chat and its user: spent money stays spent. */
export interface UsageRecord {
  readonly user_id: string;
  readonly chat_id: string;
  readonly root_chat_id: string;
  readonly kind: UsageKind;
  /** Name of the call, unique in its chat and kind. A commit that is tried again does not count it twice. */
  readonly call: string;
  readonly model_config_id: string | null;
  readonly provider: string;
  readonly model: string;
  /** Null if the provider did not say. */
  readonly usage: Usage | null;
  /** By the price at the time of the call; null if there was no price. */
  readonly cost_micros: number | null;
}

/** Tokens of several calls together. */
type UsageTotals = Readonly<Record<Exclude<keyof Usage, "context_limit">, number>>;

/** What several calls cost together. */
export interface Spending {
  readonly cost_micros: number;
  readonly request_count: number;
  /** Calls of unknown cost; `cost_micros` does not include them. */
  readonly unpriced_request_count: number;
  readonly usage: UsageTotals;
}
