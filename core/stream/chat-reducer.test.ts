// Tests that the reducer follows the event grammar to the letter.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../chat/message.ts";
import { type ChatView, initialChatView, reduceChat, shownContent } from "./chat-reducer.ts";
import { createCheckedReader } from "./checked-reader.ts";
import type { StreamEvent } from "./stream-event.ts";

const chat_id = "c";

function aMessage(id: number, text = `m${id}`): Message {
  return {
    id,
    chat_id,
    turn_id: 1,
    role: "assistant",
    content: [{ type: "text", text }],
    model_config_id: null,
    provider: null,
    model: null,
    started_at: null,
    finished_at: null,
    provider_response_id: null,
    usage: null,
    finish_reason: null,
    cost_micros: null,
    runtime_ms: null,
    interrupted: false,
    compressed: false,
    created_by: null,
    created_at: "2026-01-01T00:00:00.000Z",
  };
}

function messages(list: readonly Message[], closes: readonly string[] = []): StreamEvent {
  return { type: "messages", data: { chat_id, messages: list, history_version: 2, closes } };
}

function reset(episode: string): StreamEvent {
  return { type: "preview_reset", data: { chat_id, episode } };
}

function part(episode: string, seq: number, text: string): StreamEvent {
  const where = { chat_id, episode, from_seq: seq, seq, index: 0, role: "assistant" as const };
  return { type: "message_part", data: { ...where, part: { type: "text", text } } };
}

function status(value: "running" | "error" | "requires_action"): StreamEvent {
  return { type: "status", data: { chat_id, status: value, turn_id: 1, history_version: 2 } };
}

const retry: StreamEvent = {
  type: "retry",
  data: {
    chat_id,
    attempt: 1,
    attempts_max: 25,
    delay_ms: 1000,
    kind: "overloaded",
    status_code: 529,
    message: "busy",
    retrying_at: "2026-01-01T00:00:01.000Z",
  },
};

function reduced(...events: readonly StreamEvent[]): ChatView {
  return events.reduce(reduceChat, initialChatView(chat_id));
}

function draftText(view: ChatView, slot = ""): string {
  const parts = [...(view.previews.get(slot)?.content.values() ?? [])];
  return parts.map((item) => (item.type === "text" ? item.text : "")).join("");
}

test("T4 messages are kept by id in order of id, and a later version replaces the earlier one", () => {
  const view = reduced(messages([aMessage(3), aMessage(1)]), messages([aMessage(2), aMessage(3, "new")]));
  assert.deepEqual(view.messages, [aMessage(1), aMessage(2), aMessage(3, "new")]);
});

test("T4 a commit drops the parts of the episodes it closes and no others", () => {
  const view = reduced(
    reset("5.1"),
    part("5.1", 1, "a"),
    reset("5.0.call"),
    part("5.0.call", 1, "out"),
    messages([aMessage(1)], ["5.1"]),
  );
  assert.deepEqual([...view.previews.keys()], ["call"]);
  assert.equal(draftText(view, "call"), "out");
});

test("a status never drops parts", () => {
  const view = reduced(reset("5.1"), part("5.1", 1, "a"), status("running"), status("running"));
  assert.equal(draftText(view), "a");
});

test("T3 parts of an episode that is not its slot's current one are dropped", () => {
  const events = [part("5.1", 1, "no reset"), reset("5.2"), part("5.1", 1, "old"), part("5.2", 1, "new")];
  assert.equal(draftText(reduced(...events)), "new");
});

test("T4 a seq that was seen already changes nothing", () => {
  const view = reduced(reset("5.1"), part("5.1", 1, "a"), part("5.1", 2, "b"), part("5.1", 1, "a"));
  assert.equal(draftText(view), "ab");
});

test("a preview_reset replaces what its slot showed, and only that", () => {
  const view = reduced(
    reset("5.1"),
    part("5.1", 1, "a"),
    reset("5.0.call"),
    part("5.0.call", 1, "x"),
    reset("5.2"),
  );
  assert.equal(draftText(view), "");
  assert.equal(draftText(view, "call"), "x");
});

test("T5 a history_reset drops everything", () => {
  const data = { chat_id, has_more: true, before_id: 7 };
  const view = reduced(
    messages([aMessage(1)]),
    reset("5.1"),
    part("5.1", 1, "a"),
    { type: "caught_up", data: { chat_id } },
    { type: "history_reset", data },
  );
  assert.deepEqual(view, { ...initialChatView(chat_id), has_more: true, before_id: 7 });
});

test("leaving error clears the error, leaving requires_action clears the action, any status ends a retry", () => {
  const failed = {
    message: "m",
    kind: "generic",
    provider: null,
    retryable: false,
    status_code: null,
    detail: null,
  } as const;
  const error: StreamEvent = { type: "error", data: { chat_id, error: failed } };
  const action: StreamEvent = {
    type: "action_required",
    data: { chat_id, tool_calls: [], deadline_at: null },
  };
  assert.deepEqual(reduced(status("error"), error, status("error")).error, failed);
  assert.equal(reduced(status("error"), error, status("running")).error, null);
  assert.notEqual(reduced(status("requires_action"), action, status("requires_action")).action, null);
  assert.equal(reduced(status("requires_action"), action, status("running")).action, null);
  assert.equal(reduced(retry, status("running")).retry, null);
});

test("X1 a retry stays on the screen until the next attempt sends its first part", () => {
  const named = reduced(retry, reset("5.2"));
  assert.equal(named.retry?.attempt, 1);
  assert.equal(reduceChat(named, part("5.2", 1, "a")).retry, null);
});

test("reducing never changes the view it is given", () => {
  const before = reduced(reset("5.1"), part("5.1", 1, "a"));
  const shown = JSON.stringify(shownContent(before));
  reduceChat(before, part("5.1", 2, "b"));
  assert.equal(JSON.stringify(shownContent(before)), shown);
});

test("what is shown is the history, then the answer being written, then the tools' output", () => {
  const view = reduced(
    messages([aMessage(1)]),
    reset("5.0.t"),
    part("5.0.t", 1, "out"),
    reset("5.1"),
    part("5.1", 1, "hi"),
  );
  assert.deepEqual(
    shownContent(view).map((item) => item.content),
    [[{ type: "text", text: "m1" }], [{ type: "text", text: "hi" }], [{ type: "text", text: "out" }]],
  );
});

test("a checked reader names gaps, doubled parts, text shown twice and ids inside a snapshot", () => {
  const reader = createCheckedReader(chat_id);
  reader.apply(reset("5.1"), "cursor");
  reader.apply({ type: "caught_up", data: { chat_id } }, "cursor");
  for (const event of [part("5.1", 1, "a"), part("5.1", 3, "c"), part("5.1", 3, "c")]) reader.apply(event);
  reader.apply(messages([aMessage(1, "ac")]));
  assert.deepEqual(reader.violations, [
    "preview_reset has an id before caught_up",
    "gap: 5.1 3-3 after 1",
    "doubled: 5.1 3-3 after 3",
    "shown twice: ac",
  ]);
});
