// Messages, queued messages and chats, as the API shows them and the store keeps them.

import type { StructuredOutputError } from "../output/structured-output.ts";
import type { InputPart, JsonObject, JsonValue, Part } from "../part/part.ts";
import type { Todo } from "../plan/todos.ts";
import type { ApprovalPolicy } from "../tool/approval-policy.ts";
import type { Asker, Question, QuestionAnswer } from "../tool/question.ts";
import type { TurnOptions } from "../tool/turn-options.ts";
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

/** Tokens of one model call. `context_limit` comes from the answer or the model config; null if neither says it. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly reasoning_tokens: number;
  readonly cache_creation_tokens: number;
  readonly cache_read_tokens: number;
  readonly context_limit: number | null;
}

/** What a person decided about a tool call (SPEC D6). */
export interface CallDecision {
  readonly tool_call_id: string;
  readonly approved: boolean;
  /** What was run in place of the model's arguments. */
  readonly args?: JsonObject;
  readonly reason?: string;
  /** The decision answered a question of the call's server; `approved` says whether it was accepted. */
  readonly question?: AnsweredQuestion;
  readonly by: string | null;
  readonly api_key_id: string | null;
  readonly at: string;
}

/** A no to an answered question is none: the call went on with it. */
export function isDenial({ approved, question }: CallDecision): boolean {
  return !approved && question === undefined;
}

export interface AnsweredQuestion extends QuestionAnswer {
  readonly question_id: string;
  readonly message: string;
}

export interface Message {
  readonly id: number;
  readonly chat_id: string;
  /** Id of the user message that started the turn. */
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
  /** Of a message with results: decisions about approvals, and answers to questions. Absent: there was none. */
  readonly decisions?: readonly CallDecision[];
  /** Of the last answer of a turn with an `output_schema` (SPEC C12); null with the error beside it: there is none. */
  readonly structured_output?: JsonValue;
  readonly structured_output_error?: StructuredOutputError;
}

/** A message as store and prompt builder see it, including what API clients do not see. */
export interface StoredMessage extends Message {
  readonly visibility: Visibility;
  readonly content_version: number;
}

/** With what it brings along for its turn (SPEC Q12). */
export interface QueuedMessage extends TurnOptions {
  readonly id: number;
  readonly chat_id: string;
  readonly content: readonly InputPart[];
  readonly model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly position: number;
  /** It enters the running turn after its next tools, instead of waiting for its end (SPEC Q7). */
  readonly steer: boolean;
  readonly created_at: string;
}

export const CHAT_STATUSES = ["waiting", "running", "interrupting", "requires_action", "error"] as const;
export type ChatStatus = (typeof CHAT_STATUSES)[number];

/** Why a turn failed, for people. Contains no keys and no headers; `detail` has at most 500 characters (SPEC X4). */
export interface LastError {
  readonly message: string;
  readonly kind: ErrorKind;
  readonly provider: string | null;
  readonly retryable: boolean;
  readonly status_code: number | null;
  readonly detail: string | null;
  /** For a usage limit: when its period ends. */
  readonly resets_at?: string;
}

/** A model call that failed and will be made again; readers get it as the `retry` event. */
export interface RetryState {
  readonly attempt: number;
  readonly attempts_max: number;
  readonly delay_ms: number;
  readonly kind: ErrorKind;
  readonly status_code: number | null;
  readonly message: string;
  readonly retrying_at: string;
}

/** The same as part of a chat, for clients that look only now and then. */
export type ShownRetry = Pick<RetryState, "attempt" | "attempts_max" | "kind" | "message" | "retrying_at">;

export function shownRetry(retry: RetryState): ShownRetry {
  const { attempt, attempts_max, kind, message, retrying_at } = retry;
  return { attempt, attempts_max, kind, message, retrying_at };
}

export interface RequiredToolCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly args: JsonObject;
  /** `client`: the client runs it. `approval`: a person decides about it. `question`: its server asks a person something. */
  readonly kind: "client" | "approval" | "question";
  /** Null: it may take as long as it likes. Absent: written by an older version. */
  readonly deadline_at?: string | null;
  /** The arguments are cut here; the message has them whole. */
  readonly args_truncated?: boolean;
  /** Of a `question`: whose it is, and what is still to be answered. */
  readonly asked_by?: Asker;
  readonly questions?: readonly ShownQuestion[];
}

/** A question as people answer it. */
export type ShownQuestion = Question & {
  /** Unique in its call. */
  readonly question_id: string;
};

export interface RequiredAction {
  readonly tool_calls: readonly RequiredToolCall[];
  /** The nearest of the calls. */
  readonly deadline_at: string | null;
  /** Ids of calls that run meanwhile, or are about to. Absent: written by an older version. */
  readonly running?: readonly string[];
}

/** A chat that asks somebody something. */
export interface AttentionItem {
  /** The chat itself, or one of its subagents: there it is answered. */
  readonly chat_id: string;
  /** As `required_action` of that chat has them, without the arguments. */
  readonly tool_calls: readonly Pick<
    RequiredToolCall,
    "tool_call_id" | "tool_name" | "kind" | "deadline_at"
  >[];
}

export interface Chat {
  readonly id: string;
  /** Null: it is read by a share. */
  readonly owner_id: string | null;
  readonly parent_chat_id: string | null;
  readonly root_chat_id: string;
  readonly workspace_id: string | null;
  readonly project_path: string | null;
  /** The project that it was made for, which may be deleted by now (SPEC C13). */
  readonly project_id: string | null;
  /** The profile that it was made from, which may be deleted by now, and the version that it keeps (SPEC C10). */
  readonly profile_id: string | null;
  readonly profile_version: number | null;
  readonly title: string;
  readonly status: ChatStatus;
  readonly last_error: LastError | null;
  readonly last_model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly pin_order: number | null;
  readonly archived: boolean;
  readonly plan_mode: boolean;
  /** What its agent means to do, and has done (SPEC C8). */
  readonly todos: readonly Todo[];
  /** MCP servers whose tools it has (SPEC C4). */
  readonly mcp_server_ids: readonly string[];
  /** Whether its instructions or skills have changed since they were read. */
  readonly context_dirty: boolean;
  readonly approval_policy: ApprovalPolicy;
  /** Null: client-run tools have no deadline. */
  readonly client_tool_deadline_s: number | null;
  /** The built-in tools it may call; null: all. */
  readonly tools: readonly string[] | null;
  /** Whether its model calls are recorded as debug runs. */
  readonly debug: boolean;
  readonly last_turn_summary: string | null;
  readonly has_unread: boolean;
  readonly queue_length: number;
  readonly current_turn_id: number | null;
  readonly required_action: RequiredAction | null;
  /** Its own open questions, then those of its subagents (SPEC G6). */
  readonly attention: readonly AttentionItem[];
  /** Set while the turn waits after a failed model call. */
  readonly retry: ShownRetry | null;
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly children?: readonly Chat[];
  readonly links: { readonly self: string; readonly stream: string; readonly temporal: string | null };
}
