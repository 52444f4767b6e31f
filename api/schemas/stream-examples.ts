// A chat and its messages, for the examples of stream events.

const chatId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const userId = "0193e4a2-6b2a-7c3d-8e4f-5a6b7c8d9e0f";
const at = "2026-11-28T10:00:00.000Z";

export const exampleChat = {
  id: chatId,
  owner_id: userId,
  parent_chat_id: null,
  root_chat_id: chatId,
  workspace_id: null,
  project_path: null,
  project_id: null,
  profile_id: null,
  profile_version: null,
  title: "A story",
  status: "waiting",
  last_error: null,
  last_model_config_id: null,
  reasoning_effort: null,
  labels: {},
  pin_order: null,
  archived: false,
  plan_mode: false,
  todos: [],
  context_dirty: false,
  approval_policy: {},
  client_tool_deadline_s: null,
  tools: null,
  mcp_server_ids: [],
  debug: false,
  last_turn_summary: null,
  has_unread: false,
  queue_length: 0,
  current_turn_id: null,
  required_action: null,
  attention: [],
  retry: null,
  snapshot_version: 4,
  history_version: 2,
  created_at: at,
  updated_at: at,
  links: { self: `/v1/chats/${chatId}`, stream: `/v1/chats/${chatId}/stream`, temporal: null },
} as const;

export const exampleProject = {
  id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1b",
  name: "The shop",
  path: "/srv/projects/shop",
  created_at: at,
  updated_at: at,
} as const;

const terminalId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1c";
const workspaceId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1d";
const terminalPath = `/v1/workspaces/${workspaceId}/terminals/${terminalId}`;

export const exampleTerminal = {
  id: terminalId,
  workspace_id: workspaceId,
  status: "open",
  cols: 80,
  rows: 24,
  end: null,
  created_at: at,
  ended_at: null,
  links: { self: terminalPath, output: `${terminalPath}/output` },
} as const;

export const exampleMessage = {
  id: 2,
  chat_id: chatId,
  turn_id: 1,
  role: "assistant",
  content: [{ type: "text", text: "Once upon a time …" }],
  model_config_id: null,
  provider: "openai",
  model: "gpt-5",
  started_at: at,
  finished_at: at,
  provider_response_id: null,
  usage: null,
  finish_reason: "stop",
  cost_micros: null,
  runtime_ms: 850,
  interrupted: false,
  compressed: false,
  created_by: null,
  created_at: at,
} as const;

export const exampleQueuedMessage = {
  id: 3,
  chat_id: chatId,
  content: [{ type: "text", text: "And then?" }],
  model_config_id: null,
  reasoning_effort: null,
  position: 0,
  steer: false,
  created_at: at,
} as const;
