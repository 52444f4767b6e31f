// What is recorded of model calls so that people can find a fault (SPEC B4), as the API shows it.
import type { Usage } from "./chat/message.ts";
import type { JsonObject } from "./part/part.ts";
import type { UsageKind } from "./usage/usage-record.ts";

/** From weakest to strongest: a weaker status never overwrites a stronger one. */
export const DEBUG_STATUSES = ["in_progress", "interrupted", "error", "completed"] as const;
export type DebugStatus = (typeof DEBUG_STATUSES)[number];

/** Which chats are recorded: none, those with `debug` switched on, or all. */
export const DEBUG_MODES = ["off", "chats", "all"] as const;
export type DebugMode = (typeof DEBUG_MODES)[number];

export type DebugKind = UsageKind;

/** The result of a run, in numbers. */
export interface DebugSummary {
  readonly steps: number;
  readonly attempts: number;
  /** Of the steps with known usage. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** The newest error that no later success cleared. */
  readonly error: string | null;
}

/** One reason to call models: a turn, a title, a compaction, a summary. */
export interface DebugRun {
  readonly id: string;
  readonly kind: DebugKind;
  readonly status: DebugStatus;
  readonly trigger_message_id: number | null;
  /** The newest message in its first prompt. */
  readonly history_tip_message_id: number | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly summary: DebugSummary;
}

/** One HTTP call, with headers and bodies as they were. Secrets are removed, and long bodies are cut with a note. */
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

/** One model call with all its tries. */
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
