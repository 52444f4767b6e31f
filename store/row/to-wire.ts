// Converts rows to what API clients see, without internal columns.

import {
  type AttentionItem,
  type Chat,
  type Message,
  type QueuedMessage,
  shownRetry,
} from "../../core/chat/message.ts";
import type { StructuredOutput } from "../../core/output/structured-output.ts";
import type { Part } from "../../core/part/part.ts";
import { mcpServersOf } from "../../core/tool/chat-profile.ts";
import type { TurnOptions } from "../../core/tool/turn-options.ts";
import { attentionOf } from "./attention.ts";
import type { ChatRow } from "./chat-row.ts";
import type { MessageRow } from "./messages.ts";

/** A chat's row that was read with `HAS_UNREAD` (store/row/unread.ts) and `CHILD_QUESTIONS` (store/row/attention.ts). */
export interface WireChatRow extends ChatRow {
  readonly has_unread: boolean;
  /** What its subagents ask; null: nothing. */
  readonly child_questions: readonly AttentionItem[] | null;
}

/** Links to the chat elsewhere; null if nobody configured them. */
export interface ChatLinks {
  readonly temporal: (chatId: string) => string | null;
}

/** A message without internal columns and provider data. */
export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    chat_id: row.chat_id,
    turn_id: row.turn_id,
    role: row.role,
    content: row.content.map(withoutProviderData),
    model_config_id: row.model_config_id,
    provider: row.provider,
    model: row.model,
    started_at: isoTime(row.started_at),
    finished_at: isoTime(row.finished_at),
    provider_response_id: row.provider_response_id,
    usage: row.usage,
    finish_reason: row.finish_reason,
    cost_micros: row.cost_micros,
    runtime_ms: row.runtime_ms,
    interrupted: row.interrupted,
    compressed: row.compressed,
    created_by: row.created_by,
    created_at: isoTime(row.created_at),
    ...(row.decisions != null && { decisions: row.decisions }),
    ...(row.structured_output !== null && shownOutput(row.structured_output)),
  };
}

function shownOutput(
  output: StructuredOutput,
): Pick<Message, "structured_output" | "structured_output_error"> {
  if ("value" in output) return { structured_output: output.value };
  return { structured_output: null, structured_output_error: output.error };
}

export function toQueuedMessage(
  row: QueuedMessage & { readonly turn_options?: TurnOptions | null },
): QueuedMessage {
  return {
    id: row.id,
    chat_id: row.chat_id,
    content: row.content,
    model_config_id: row.model_config_id,
    reasoning_effort: row.reasoning_effort,
    position: row.position,
    steer: row.steer,
    created_at: isoTime(row.created_at),
    ...row.turn_options,
  };
}

export function toChat(row: WireChatRow, links: ChatLinks): Chat {
  return {
    id: row.id,
    owner_id: row.owner_id,
    parent_chat_id: row.parent_chat_id,
    root_chat_id: row.root_chat_id,
    workspace_id: row.workspace_id,
    project_path: row.project_path,
    project_id: row.project_id,
    profile_id: row.profile?.id ?? null,
    profile_version: row.profile?.version ?? null,
    title: row.title,
    status: row.status,
    last_error: row.last_error,
    last_model_config_id: row.model_config_id,
    reasoning_effort: row.reasoning_effort,
    labels: row.labels,
    pin_order: row.pin_order,
    archived: row.archived,
    plan_mode: row.plan_mode,
    todos: row.todos?.items ?? [],
    context_dirty: row.context?.dirty ?? false,
    approval_policy: row.approval_policy,
    client_tool_deadline_s: row.client_tool_deadline_s,
    tools: row.builtin_tools,
    debug: row.debug,
    mcp_server_ids: mcpServersOf(row),
    last_turn_summary: row.last_turn_summary,
    has_unread: row.has_unread,
    queue_length: row.queue_length,
    current_turn_id: row.current_turn_id,
    required_action: row.required_action,
    attention: attentionOf(row),
    retry: row.retry === null ? null : shownRetry(row.retry),
    snapshot_version: row.snapshot_version,
    history_version: row.history_version,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    links: {
      self: `/v1/chats/${row.id}`,
      stream: `/v1/chats/${row.id}/stream`,
      temporal: links.temporal(row.id),
    },
  };
}

/** In rows that Postgres wrote as JSON, times have Postgres's own form, with an offset and microseconds. */
function isoTime<T extends string | null>(time: T): T {
  if (time === null || (time.length === 24 && time.endsWith("Z"))) return time;
  return new Date(time).toISOString() as T;
}

function withoutProviderData(part: Part): Part {
  if (!("provider_data" in part)) return part;
  const { provider_data: _kept, ...shown } = part;
  return shown;
}
