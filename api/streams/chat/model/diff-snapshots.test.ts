// What readers are told of each kind of change, and in which order.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat, Message, QueuedMessage, RetryState } from "../../../../core/chat/message.ts";
import { type Committed, diffSnapshots, messageEvents } from "./diff-snapshots.ts";
import { currentEpisode, type HubState, judgeEpisode } from "./hub-state.ts";

const chat: Chat = {
  id: "c",
  owner_id: "o",
  parent_chat_id: null,
  root_chat_id: "c",
  workspace_id: null,
  project_path: null,
  project_id: null,
  profile_id: null,
  profile_version: null,
  title: "t",
  status: "running",
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
  client_tool_deadline_s: 300,
  tools: null,
  debug: false,
  last_turn_summary: null,
  has_unread: false,
  queue_length: 0,
  current_turn_id: 1,
  required_action: null,
  attention: [],
  retry: null,
  snapshot_version: 5,
  history_version: 3,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  links: { self: "", stream: "", temporal: null },
};
const running: HubState = { chat, queued_messages: [], retry: null, attempt: 1, reset_version: 1 };
const retry: RetryState = {
  attempt: 1,
  attempts_max: 25,
  delay_ms: 1_000,
  kind: "overloaded",
  status_code: 529,
  message: "busy",
  retrying_at: "2026-01-01T00:00:01.000Z",
};
const queued: QueuedMessage = {
  id: 9,
  chat_id: "c",
  content: [],
  model_config_id: null,
  reasoning_effort: null,
  position: 0,
  steer: false,
  created_at: "2026-01-01T00:00:00.000Z",
};
const last_error = {
  message: "no",
  kind: "auth",
  provider: null,
  retryable: false,
  status_code: 401,
  detail: null,
} as const;
const nothing: Committed = { messages: [], closes: [] };

function aMessage(id: number, text = ""): Message {
  return { id, role: "assistant", content: [{ type: "text", text }] } as unknown as Message;
}

function changed(change: Partial<Chat>, state: Partial<HubState> = {}): HubState {
  return { ...running, ...state, chat: { ...chat, snapshot_version: 6, updated_at: "later", ...change } };
}

function told(before: HubState, after: HubState, committed = nothing): string[] {
  return diffSnapshots(before, after, committed).map(({ type }) => type);
}

const cases: readonly [string, HubState, HubState, Committed, readonly string[]][] = [
  ["nothing that anybody shows", running, changed({}), nothing, []],
  ["a title", running, changed({ title: "new" }), nothing, ["chat"]],
  [
    "a queued message",
    running,
    changed({ queue_length: 1 }, { queued_messages: [queued] }),
    nothing,
    ["queue_update"],
  ],
  ["the first attempt", changed({}, { attempt: 0 }), running, nothing, ["preview_reset"]],
  ["the attempt after a lost one", running, changed({}, { attempt: 2 }), nothing, ["preview_reset"]],
  ["a retry names the next attempt", running, changed({}, { retry }), nothing, ["retry", "preview_reset"]],
  ["the attempt that a retry named", changed({}, { retry }), changed({}, { attempt: 2 }), nothing, []],
  [
    "a commit",
    running,
    changed({ history_version: 4 }, { attempt: 0 }),
    { messages: [{ message: aMessage(2), closes: ["3.1"] }], closes: ["3.1"] },
    ["messages", "status"],
  ],
  ["an interrupt", running, changed({ status: "interrupting" }), nothing, ["status"]],
  [
    "an interrupt while a retry is waited out",
    changed({}, { retry }),
    changed({ status: "interrupting" }, { retry }),
    nothing,
    ["status", "retry"],
  ],
  [
    "an end in error, its text dropped",
    running,
    changed({ status: "error", last_error }),
    { messages: [], closes: ["3.1"] },
    ["messages", "status", "error"],
  ],
  [
    "a wait for the client",
    running,
    changed({ status: "requires_action", required_action: { tool_calls: [], deadline_at: null } }),
    nothing,
    ["status", "action_required"],
  ],
  [
    "everything at once",
    running,
    changed(
      { history_version: 4, title: "new", status: "running", queue_length: 1, current_turn_id: 2 },
      { queued_messages: [queued], attempt: 1, retry },
    ),
    { messages: [{ message: aMessage(2), closes: [] }], closes: [] },
    ["messages", "queue_update", "status", "retry", "preview_reset", "chat"],
  ],
];

for (const [name, before, after, committed, types] of cases) {
  test(`T2 ${name} is told as ${types.join(", ") || "nothing"}`, () => {
    assert.deepEqual(told(before, after, committed), types);
  });
}

test("T2 episodes close with the message that replaces them; those without one in the first frame", () => {
  const big = "x".repeat(200_000);
  const committed = {
    messages: [
      { message: aMessage(1, big), closes: ["3.1"] },
      { message: aMessage(2, big), closes: ["4.0.t"] },
      { message: aMessage(3), closes: [] },
    ],
    closes: ["3.1", "4.0.t", "4.0.u"],
  };
  const frames = messageEvents(running, committed).map(
    ({ data }) => data as unknown as { messages: Message[]; closes: string[] },
  );
  assert.deepEqual(
    frames.map(({ messages, closes }) => [messages.map(({ id }) => id), closes]),
    [
      [[1], ["3.1", "4.0.u"]],
      [[2, 3], ["4.0.t"]],
    ],
  );
});

test("T3 parts belong to the screen, to the past, or to a state not yet read", () => {
  const waiting = changed({ status: "waiting" });
  const judged: readonly [string, HubState, string | null, string][] = [
    ["3.1", running, "3.1", "current"],
    ["3.1", changed({}, { retry }), "3.2", "past"],
    ["3.2", changed({}, { retry }), "3.2", "current"],
    ["3.2", running, "3.1", "future"],
    ["2.9", running, "3.1", "past"],
    ["4.1", running, "3.1", "future"],
    ["3.1", waiting, null, "past"],
    ["3.0", changed({}, { attempt: 0 }), null, "past"],
    ["3.0.t", running, null, "current"],
    ["3.1.t", running, "3.2.t", "past"],
    ["3.2.t", running, "3.1.t", "current"],
    ["3.0.t", waiting, null, "future"],
    ["nonsense", running, null, "past"],
  ];
  for (const [episode, state, shown, verdict] of judged) {
    assert.equal(judgeEpisode(episode, state, shown), verdict, `${episode} beside ${shown}`);
  }
  assert.equal(currentEpisode(waiting), null);
});
