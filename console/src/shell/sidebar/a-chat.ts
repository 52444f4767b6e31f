// Test support: a chat as the feed tells of it.
import type { Chat } from "../../../../client/index.ts";

const AT = "2026-11-29T12:00:00.000Z";

export function aChat(id: string, more: Partial<Chat> = {}): Chat {
  return {
    id,
    owner_id: "u1",
    parent_chat_id: null,
    root_chat_id: id,
    workspace_id: null,
    project_path: null,
    project_id: null,
    profile_id: null,
    profile_version: null,
    title: `Chat ${id}`,
    status: "waiting",
    last_error: null,
    last_model_config_id: null,
    reasoning_effort: null,
    labels: {},
    pin_order: null,
    archived: false,
    plan_mode: false,
    todos: [],
    mcp_server_ids: [],
    context_dirty: false,
    approval_policy: {},
    client_tool_deadline_s: null,
    tools: null,
    debug: false,
    last_turn_summary: null,
    has_unread: false,
    queue_length: 0,
    current_turn_id: null,
    required_action: null,
    attention: [],
    retry: null,
    snapshot_version: 1,
    history_version: 1,
    created_at: AT,
    updated_at: AT,
    links: { self: "", stream: "", temporal: null },
    ...more,
  };
}

export function chatMap(...chats: readonly Chat[]): ReadonlyMap<string, Chat> {
  return new Map(chats.map((chat) => [chat.id, chat]));
}
