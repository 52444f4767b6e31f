import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../../core/chat/message.ts";
import type { Part } from "../../../../core/part/part.ts";
import { type ChatView, initialChatView, reduceChat } from "../../../../core/stream/chat-reducer.ts";
import type { StreamEvent } from "../../../../core/stream/stream-event.ts";
import { chunksOf } from "./chunks.ts";
import { committedItems, liveItems } from "./items.ts";
import { withdrawnBetween } from "./withdrawn.ts";

const at = "2026-01-01T00:00:00.000Z";

type MessageInput = Pick<Message, "id" | "role" | "content"> & { readonly turn_id?: number };

function aMessage({ turn_id = 1, ...given }: MessageInput): Message {
  return {
    ...given,
    turn_id,
    chat_id: "c",
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
    created_at: at,
  };
}
const text = (value: string): Part => ({ type: "text", text: value });
const call: Part = {
  type: "tool-call",
  tool_call_id: "t1",
  tool_name: "execute",
  args: { command: "ls" },
  created_at: at,
};
const result: Part = {
  type: "tool-result",
  tool_call_id: "t1",
  tool_name: "execute",
  result: {},
  is_error: false,
  created_at: at,
};

function reduced(view: ChatView, ...events: readonly StreamEvent[]): ChatView {
  return events.reduce(reduceChat, view);
}
const reset = (episode: string): StreamEvent => ({ type: "preview_reset", data: { chat_id: "c", episode } });
function part(episode: string, seq: number, words: string): StreamEvent {
  const piece = {
    from_seq: seq,
    seq,
    index: 0,
    role: "assistant" as const,
    part: { type: "text" as const, text: words },
  };
  return { type: "message_part", data: { chat_id: "c", episode, ...piece } };
}
const committed = (messages: readonly Message[], closes: readonly string[]): StreamEvent => ({
  type: "messages",
  data: { chat_id: "c", messages, history_version: 2, closes },
});
const running: StreamEvent = {
  type: "status",
  data: { chat_id: "c", status: "running", turn_id: 1, history_version: 1 },
};

test("U2 an item keeps its key from its first streamed part to its commit", () => {
  const asked = aMessage({ id: 1, role: "user", content: [text("hi")] });
  const live = reduced(
    initialChatView("c"),
    committed([asked], []),
    running,
    reset("1.1"),
    part("1.1", 1, "Hel"),
  );
  const whole = reduced(
    live,
    committed([aMessage({ id: 2, role: "assistant", content: [text("Hello")] })], ["1.1"]),
  );
  assert.deepEqual(liveItems(whole), []);
  assert.deepEqual(
    committedItems(whole.messages)
      .map((item) => item.key)
      .slice(0, 2),
    [...committedItems(live.messages), ...liveItems(live)].map((item) => item.key),
  );
});

test("a call has the result of the message behind it, and only the last answer of a turn has an end", () => {
  const items = committedItems([
    aMessage({ id: 1, role: "user", content: [text("go")] }),
    aMessage({ id: 2, role: "assistant", content: [text("look"), call] }),
    aMessage({ id: 3, role: "tool", content: [result] }),
    aMessage({ id: 4, role: "assistant", content: [text("done")] }),
  ]);
  assert.deepEqual(
    items.map((item) => item.type),
    ["user", "text", "tool", "text", "end"],
  );
  assert.equal(items[2]?.type === "tool" && items[2].result, result);
});

test("U1 messages that did not change give the same items again", () => {
  const messages = [
    aMessage({ id: 1, role: "user", content: [text("go")] }),
    aMessage({ id: 2, role: "assistant", content: [text("a")] }),
  ];
  const before = committedItems(messages);
  const after = committedItems([
    ...messages,
    aMessage({ id: 3, role: "user", content: [text("more")], turn_id: 3 }),
  ]);
  assert.ok(before.every((item, index) => item === after[index]));
});

test("U1 chunks keep their identity while messages come at both ends", () => {
  const messages = Array.from({ length: 400 }, (_, id) =>
    aMessage({
      id: id + 1000,
      role: id % 2 === 0 ? "user" : "assistant",
      content: [text("x")],
      turn_id: 1000 + id - (id % 2),
    }),
  );
  const first = chunksOf(committedItems(messages.slice(200, 300)), []);
  const more = chunksOf(committedItems(messages.slice(200, 302)), first);
  assert.ok(first.slice(0, -1).every((chunk, index) => chunk === more[index]));
  const older = chunksOf(committedItems(messages.slice(0, 302)), more);
  assert.deepEqual(older.slice(-more.length), more);
  assert.ok(more.every((chunk) => older.includes(chunk)));
  assert.ok(older.every((chunk) => chunk.items.length <= 101));
});

test("U2 text of a failed attempt was withdrawn once; a commit, an edit and the next part withdraw nothing", () => {
  const shown = reduced(initialChatView("c"), running, reset("1.1"), part("1.1", 1, "Hello"));
  const after = reduced(shown, reset("1.2"));
  assert.equal(withdrawnBetween(shown, after)?.episode, "1.1");
  assert.equal(withdrawnBetween(after, reduced(after, part("1.2", 1, "Hi"))), null);
  const done = reduced(
    shown,
    committed([aMessage({ id: 2, role: "assistant", content: [text("Hello")] })], ["1.1"]),
    reset("2.0"),
  );
  assert.equal(withdrawnBetween(shown, done), null);
  const cut: StreamEvent = {
    type: "history_reset",
    data: { chat_id: "c", has_more: false, before_id: null },
  };
  assert.equal(withdrawnBetween(shown, reduced(shown, cut)), null);
});
