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

export function sharedChat(chat: Chat): Chat {
  return {
    ...chat,
    workspace_id: null,
    project_path: null,
    last_error: chat.last_error === null ? null : SHARED_ERROR,
    last_model_config_id: null,
    reasoning_effort: null,
    labels: {},
    pin_order: null,
    debug: false,
    has_unread: false,
    queue_length: 0,
    required_action: null,
    retry: null,
    links: { ...chat.links, temporal: null },
  };
}

export function sharedMessage(message: Message): Message {
  return {
    ...message,
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
    case "chat":
      return { type: "chat", data: { ...event.data, chat: sharedChat(event.data.chat) } };
    case "messages":
      return {
        type: "messages",
        data: { ...event.data, messages: event.data.messages.map(sharedMessage) },
      };
    case "queue_update":
      return { type: "queue_update", data: { ...event.data, queued_messages: [] } };
    case "error":
      return { type: "error", data: { ...event.data, error: SHARED_ERROR } };
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
