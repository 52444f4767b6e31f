import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat, Message } from "../chat/message.ts";
import { sharedChat, sharedEvent, sharedMessage } from "./shared-view.ts";
import type { StreamEvent } from "./stream-event.ts";

const chat_id = "c";
const secret = "secret";
const error = {
  message: secret,
  kind: "auth",
  provider: secret,
  retryable: true,
  status_code: 401,
  detail: secret,
} as const;

const chat = {
  id: chat_id,
  owner_id: secret,
  parent_chat_id: secret,
  root_chat_id: secret,
  archived: false,
  plan_mode: false,
  todos: [{ text: "ring the bank", status: "pending" }],
  mcp_server_ids: [],
  approval_policy: { [secret]: "deny" },
  client_tool_deadline_s: 7_777,
  tools: [secret],
  context_dirty: true,
  last_turn_summary: null,
  current_turn_id: 1,
  snapshot_version: 1,
  history_version: 1,
  created_at: "then",
  updated_at: "then",
  unknown_field_of_a_later_version: secret,
  children: [{ title: secret }],
  title: "A story",
  status: "error",
  workspace_id: secret,
  project_path: secret,
  project_id: secret,
  profile_id: secret,
  profile_version: 7_777,
  last_error: error,
  last_model_config_id: secret,
  reasoning_effort: secret,
  labels: { [secret]: secret },
  pin_order: 1,
  debug: true,
  has_unread: true,
  queue_length: 3,
  required_action: { tool_calls: [], deadline_at: secret },
  attention: [{ chat_id: secret, tool_calls: [] }],
  retry: { message: secret },
  links: { self: "/c", stream: "/c/stream", temporal: secret },
} as unknown as Chat;

const message = {
  id: 1,
  content: [{ type: "text", text: "hello" }],
  model_config_id: secret,
  provider: secret,
  model: secret,
  provider_response_id: secret,
  usage: { input_tokens: 1 },
  cost_micros: 7,
  unknown_field_of_a_later_version: secret,
  created_by: secret,
} as unknown as Message;

test("A10 of a shared chat readers see what it is about, and nothing that is the owner's business", () => {
  const shown = sharedChat(chat);
  assert.doesNotMatch(JSON.stringify(shown), /secret/);
  const {
    unknown_field_of_a_later_version: _unknown,
    children: _children,
    ...known
  } = chat as never as Record<string, unknown>;
  assert.deepEqual(Object.keys(shown).toSorted(), Object.keys(known).toSorted(), "clients find every field");
  assert.deepEqual([shown.owner_id, shown.parent_chat_id, shown.root_chat_id], [null, null, chat_id]);
  assert.equal(shown.title, "A story");
});

test("A10 of a message readers see who said what, not by which model, at what price", () => {
  const shown = sharedMessage(message);
  assert.doesNotMatch(JSON.stringify(shown), /secret|7/);
  assert.deepEqual(shown.content, message.content);
});

test("A10 each event of the stream shows no more than that", () => {
  const events: readonly StreamEvent[] = [
    { type: "chat", data: { chat_id, chat } },
    { type: "messages", data: { chat_id, messages: [message], history_version: 1, closes: ["1.1"] } },
    { type: "queue_update", data: { chat_id, queued_messages: [{ content: secret }] as never } },
    { type: "error", data: { chat_id, error } },
    { type: "retry", data: { chat_id, message: secret } as never },
    { type: "action_required", data: { chat_id, tool_calls: [], deadline_at: secret } },
    { type: "status", data: { chat_id, status: "running", turn_id: 1, history_version: 1 } },
    { type: "caught_up", data: { chat_id } },
  ];
  const shown = events.map(sharedEvent);
  assert.doesNotMatch(JSON.stringify(shown), /secret/);
  assert.deepEqual(
    shown.map((event) => event?.type ?? null),
    ["chat", "messages", "queue_update", "error", null, null, "status", "caught_up"],
  );
});
