// What people see with whom a chat is shared (SPEC A10): the transcript and its stream. Nothing of settings, costs, errors of
// providers, workspaces or the owner's plans. Pure.
import { assertNever } from "../assert-never.ts";
import type { Chat, LastError, Message } from "../chat/message.ts";
import type { StreamEvent } from "./stream-event.ts";

const SHARED_ERROR: LastError = {
  message: "The turn failed.",
  kind: "generic",
  provider: null,
  retryable: false,
  status_code: null,
  detail: null,
};

/** Names each field, so that the compiler asks about new ones. Descendants are no part of it: they are not shared. */
export function sharedChat(chat: Chat): Chat {
  return {
    id: chat.id,
    owner_id: null,
    parent_chat_id: null,
    root_chat_id: chat.id,
    title: chat.title,
    status: chat.status,
    archived: chat.archived,
    approval_policy: {},
    client_tool_deadline_s: null,
    tools: null,
    plan_mode: chat.plan_mode,
    last_turn_summary: chat.last_turn_summary,
    current_turn_id: chat.current_turn_id,
    snapshot_version: chat.snapshot_version,
    history_version: chat.history_version,
    created_at: chat.created_at,
    updated_at: chat.updated_at,
    workspace_id: null,
    project_path: null,
    project_id: null,
    profile_id: null,
    profile_version: null,
    last_error: chat.last_error === null ? null : SHARED_ERROR,
    last_model_config_id: null,
    reasoning_effort: null,
    labels: {},
    todos: [],
    mcp_server_ids: [],
    pin_order: null,
    context_dirty: false,
    debug: false,
    has_unread: false,
    queue_length: 0,
    required_action: null,
    attention: [],
    retry: null,
    links: { self: chat.links.self, stream: chat.links.stream, temporal: null },
  };
}

export function sharedMessage(message: Message): Message {
  return {
    id: message.id,
    chat_id: message.chat_id,
    turn_id: message.turn_id,
    role: message.role,
    content: message.content,
    started_at: message.started_at,
    finished_at: message.finished_at,
    finish_reason: message.finish_reason,
    runtime_ms: message.runtime_ms,
    interrupted: message.interrupted,
    compressed: message.compressed,
    created_at: message.created_at,
    model_config_id: null,
    provider: null,
    model: null,
    provider_response_id: null,
    usage: null,
    cost_micros: null,
    created_by: null,
  };
}

/** The event as such a reader gets it; null: it gets none. */
export function sharedEvent(event: StreamEvent): StreamEvent | null {
  switch (event.type) {
    case "chat": {
      const { chat_id, chat } = event.data;
      return { type: "chat", data: { chat_id, chat: sharedChat(chat) } };
    }
    case "messages": {
      const { messages, ...rest } = event.data;
      return { type: "messages", data: { ...rest, messages: messages.map(sharedMessage) } };
    }
    case "queue_update":
      return { type: "queue_update", data: { chat_id: event.data.chat_id, queued_messages: [] } };
    case "error":
      return { type: "error", data: { chat_id: event.data.chat_id, error: SHARED_ERROR } };
    // What was asked is in the transcript; who answers it is the owner. Words about a failed call name the provider.
    case "action_required":
    case "retry":
      return null;
    case "history_reset":
    case "status":
    case "preview_reset":
    case "message_part":
    case "caught_up":
      return event;
    default:
      return assertNever(event);
  }
}
