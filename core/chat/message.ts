// Core is pure: messages, queued messages and chats as API.md shows them and as the store keeps them.

import type { InputPart, JsonObject, Part } from "../part/part.ts";
import type { ErrorKind } from "./error-kind.ts";

export type Role = "system" | "user" | "assistant" | "tool";

/** Who sees a message: people (`user`), the model's prompt (`model`), or both. */
export type Visibility = "user" | "model" | "both";

export type FinishReason =
  | "stop"
  | "length"
  | "content_filter"
  | "tool_calls"
  | "error"
  | "interrupted"
  | "max_steps"
  | "other";

/** Tokens of one model call. `context_limit` is what the answer or the model config says, null when neither does. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly reasoning_tokens: number;
  readonly cache_creation_tokens: number;
  readonly cache_read_tokens: number;
  readonly context_limit: number | null;
}

export interface Message {
  readonly id: number;
  readonly chat_id: string;
  /** Id of the user message that began the turn. */
  readonly turn_id: number;
  readonly role: Role;
  readonly content: readonly Part[];
  readonly model_config_id: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly provider_response_id: string | null;
  readonly usage: Usage | null;
  readonly finish_reason: FinishReason | null;
  readonly cost_micros: number | null;
  readonly runtime_ms: number | null;
  readonly interrupted: boolean;
  readonly compressed: boolean;
  readonly created_by: string | null;
  readonly created_at: string;
}

/** A message as the store and the prompt builder see it: with what API clients are not shown. */
export interface StoredMessage extends Message {
  readonly visibility: Visibility;
  readonly content_version: number;
}

export interface QueuedMessage {
  readonly id: number;
  readonly chat_id: string;
  readonly content: readonly InputPart[];
  readonly model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly position: number;
  readonly created_at: string;
}

export const CHAT_STATUSES = ["waiting", "running", "interrupting", "requires_action", "error"] as const;
export type ChatStatus = (typeof CHAT_STATUSES)[number];

/** Why a turn failed, in words for people. Holds no keys and no headers; `detail` ≤ 500 characters (SPEC X4). */
export interface LastError {
  readonly message: string;
  readonly kind: ErrorKind;
  readonly provider: string | null;
  readonly retryable: boolean;
  readonly status_code: number | null;
  readonly detail: string | null;
  /** Of a usage limit: when its period ends. */
  readonly resets_at?: string;
}

/** A model call that failed and is waited out; shown to readers as the `retry` event. */
export interface RetryState {
  readonly attempt: number;
  readonly attempts_max: number;
  readonly delay_ms: number;
  readonly kind: ErrorKind;
  readonly status_code: number | null;
  readonly message: string;
  readonly retrying_at: string;
}

/** The same as a chat tells it, to those who look at it now and then. */
export type ShownRetry = Pick<RetryState, "attempt" | "attempts_max" | "kind" | "message" | "retrying_at">;

export function shownRetry(retry: RetryState): ShownRetry {
  const { attempt, attempts_max, kind, message, retrying_at } = retry;
  return { attempt, attempts_max, kind, message, retrying_at };
}

export interface RequiredToolCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly args: JsonObject;
  readonly kind: "client" | "approval";
}

export interface RequiredAction {
  readonly tool_calls: readonly RequiredToolCall[];
  readonly deadline_at: string | null;
}

export interface Chat {
  readonly id: string;
  readonly owner_id: string;
  readonly parent_chat_id: string | null;
  readonly root_chat_id: string;
  readonly workspace_id: string | null;
  readonly project_path: string | null;
  readonly title: string;
  readonly status: ChatStatus;
  readonly last_error: LastError | null;
  readonly last_model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly pin_order: number | null;
  readonly archived: boolean;
  readonly plan_mode: boolean;
  /** Its model calls are recorded as debug runs. */
  readonly debug: boolean;
  readonly last_turn_summary: string | null;
  readonly has_unread: boolean;
  readonly queue_length: number;
  readonly current_turn_id: number | null;
  readonly required_action: RequiredAction | null;
  /** Set while a failed model call is waited out. */
  readonly retry: ShownRetry | null;
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly children?: readonly Chat[];
  readonly links: { readonly self: string; readonly stream: string; readonly temporal: string | null };
}
