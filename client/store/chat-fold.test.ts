// Tests of what a store shows while a connection brings a snapshot, and of what stays the same object.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import type { Message } from "../types.ts";
import { ChatFold } from "./chat-fold.ts";

const chat_id = "c";

function message(id: number, text = `m${id}`): Message {
  return { id, chat_id, turn_id: 1, role: "user", content: [{ type: "text", text }] } as unknown as Message;
}

function messages(...ids: number[]): StreamEvent {
  const list = ids.map((id) => message(id));
  return { type: "messages", data: { chat_id, messages: list, history_version: 1, closes: [] } };
}

const reset = (has_more = false, before_id: number | null = null): StreamEvent => ({
  type: "history_reset",
  data: { chat_id, has_more, before_id },
});
const caughtUp: StreamEvent = { type: "caught_up", data: { chat_id } };

function fold(...events: StreamEvent[]): ChatFold {
  const folded = new ChatFold(chat_id);
  folded.connected();
  for (const event of events) folded.apply(event);
  return folded;
}

const idsOf = (folded: ChatFold) => folded.shown.messages.map(({ id }) => id);

test("U2 nothing half is shown: a snapshot appears when it is complete", () => {
  const folded = fold(reset(), messages(1, 2));
  assert.deepEqual(idsOf(folded), []);
  folded.apply(caughtUp);
  assert.deepEqual(idsOf(folded), [1, 2]);
  folded.connected();
  assert.equal(folded.apply(reset()), false);
  assert.deepEqual(idsOf(folded), [1, 2]);
  folded.apply(messages(1, 3));
  folded.apply(caughtUp);
  assert.deepEqual(idsOf(folded), [1, 3]);
});

test("a message that is sent again and has not changed stays the same object", () => {
  const folded = fold(reset(), messages(1, 2), caughtUp);
  const [one] = folded.shown.messages;
  folded.apply({
    type: "messages",
    data: { chat_id, messages: [message(1), message(2, "changed")], history_version: 2, closes: [] },
  });
  assert.equal(folded.shown.messages[0], one);
  assert.notEqual(folded.shown.messages[1]?.content, undefined);
  folded.apply(reset());
  folded.apply(messages(1));
  folded.apply(caughtUp);
  assert.equal(folded.shown.messages[0], one);
});

test("older messages stay where a new snapshot joins them, and go where there would be a gap", () => {
  const folded = fold(reset(true, 3), messages(3, 4), caughtUp);
  folded.prepend({ messages: [message(2), message(1)], has_more: false });
  assert.deepEqual(idsOf(folded), [1, 2, 3, 4]);
  for (const event of [reset(true, 4), messages(4, 5), caughtUp]) folded.apply(event);
  assert.deepEqual(idsOf(folded), [1, 2, 3, 4, 5]);
  assert.equal(folded.shown.has_more, false);
  for (const event of [reset(true, 90), messages(90, 91), caughtUp]) folded.apply(event);
  assert.deepEqual(idsOf(folded), [90, 91]);
  assert.equal(folded.shown.has_more, true);
  assert.equal(folded.resets, 3);
});

test("an edit takes away what followed, also where older messages were loaded", () => {
  const folded = fold(reset(true, 3), messages(3, 4), caughtUp);
  folded.prepend({ messages: [message(2), message(1)], has_more: false });
  for (const event of [reset(), messages(1, 7), caughtUp]) folded.apply(event);
  assert.deepEqual(idsOf(folded), [1, 7]);
});

test("a page of older messages that overlaps is shown once, oldest first", () => {
  const folded = fold(reset(true, 5), messages(5, 6), caughtUp);
  folded.prepend({ messages: [message(5), message(4), message(3)], has_more: true });
  assert.deepEqual(idsOf(folded), [3, 4, 5, 6]);
  assert.equal(folded.shown.before_id, 3);
});
