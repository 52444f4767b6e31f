// Core is pure: what is recorded of model calls for those who look for a fault (SPEC B4), as API.md shows it.
import type { Usage } from "./chat/message.ts";
import type { JsonObject } from "./part/part.ts";
import type { UsageKind } from "./usage/usage-record.ts";

/** From the weakest to the strongest: a weaker one never overwrites a stronger. */
export const DEBUG_STATUSES = ["in_progress", "interrupted", "error", "completed"] as const;
export type DebugStatus = (typeof DEBUG_STATUSES)[number];

/** Which chats are recorded: none, those where it was switched on, all. */
export const DEBUG_MODES = ["off", "chats", "all"] as const;
export type DebugMode = (typeof DEBUG_MODES)[number];

export type DebugKind = UsageKind;

/** What a run came to, in numbers. */
export interface DebugSummary {
  readonly steps: number;
  readonly attempts: number;
  /** Of the steps whose usage is known. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** Words of the newest error that no later success cleared. */
  readonly error: string | null;
}

/** One thing that models were called for: a turn, a title, a compaction, a summary. */
export interface DebugRun {
  readonly id: string;
  readonly kind: DebugKind;
  readonly status: DebugStatus;
  readonly trigger_message_id: number | null;
  /** The newest message its first prompt held. */
  readonly history_tip_message_id: number | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly summary: DebugSummary;
}

/** One HTTP call. Headers and bodies as they were, without secrets; bodies cut with a note. */
export interface DebugAttempt {
  readonly number: number;
  readonly status: DebugStatus;
  readonly method: string;
  readonly url: string;
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request_body: string | null;
  readonly response_status: number | null;
  readonly response_headers: Readonly<Record<string, string>> | null;
  readonly response_body: string | null;
  readonly error: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** One model call with all tries at it. */
export interface DebugStep {
  readonly number: number;
  readonly operation: string;
  readonly status: DebugStatus;
  readonly request: JsonObject | null;
  readonly response: JsonObject | null;
  readonly usage: Usage | null;
  readonly error: JsonObject | null;
  readonly metadata: JsonObject | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly attempts: readonly DebugAttempt[];
}

export interface DebugRunWithSteps extends DebugRun {
  readonly steps: readonly DebugStep[];
}
