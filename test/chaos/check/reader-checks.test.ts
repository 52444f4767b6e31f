// Tests: what a chaos run holds against its readers: a part too few, too many or out of place is found, whatever its number says.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../core/chat/message.ts";
import { initialChatView } from "../../../core/stream/chat-reducer.ts";
import { createCheckedReader } from "../../../core/stream/checked-reader.ts";
import type { StreamEvent } from "../../../core/stream/stream-event.ts";
import { checkNotes, checkView, type Stored } from "./check-view.ts";
import { COMMAND_MARK } from "./expected-answer.ts";
import { ReaderAudit } from "./reader-audit.ts";

const chat_id = "chat";
const EXPECTED = ["answer c1-m1.0: t1 t2 t3 t4", "r1 r2 r3", "ran c1-m1.0 line 1\nran c1-m1.0 line 2\n"];

function part(seq: number, text: string, episode = "1.1"): StreamEvent {
  const data = { chat_id, episode, from_seq: seq, seq, index: 0, role: "assistant" } as const;
  return { type: "message_part", data: { ...data, part: { type: "text", text } } };
}

function output(seq: number, result_delta: string): StreamEvent {
  const data = { chat_id, episode: "1.1.call_1", from_seq: seq, seq, index: 0, role: "tool" } as const;
  const part = { type: "tool-result", tool_call_id: "call_1", result_delta } as const;
  return { type: "message_part", data: { ...data, part } };
}

const reset = (episode = "1.1"): StreamEvent => ({ type: "preview_reset", data: { chat_id, episode } });

/** What audit and checked reader note together. */
function notesOf(events: readonly StreamEvent[]): string[] {
  const audit = new ReaderAudit(EXPECTED, COMMAND_MARK);
  const checked = createCheckedReader(chat_id);
  checked.reconnected();
  for (const event of events) {
    checked.apply(event);
    audit.take(event);
  }
  return [...checked.violations, ...audit.violations];
}

function kindsOf(events: readonly StreamEvent[]): string[] {
  return [...new Set(checkNotes("reader", notesOf(events)).map(({ kind }) => kind))];
}

test("an answer that grows part by part, also anew after a reset, is well", () => {
  const grows = [part(1, "answer "), part(2, "c1-m1.0:"), part(3, " t1"), part(4, " t2")];
  assert.deepEqual(kindsOf([reset(), ...grows, reset("1.2"), part(1, "answer c1-m1.0: t1", "1.2")]), []);
  assert.deepEqual(kindsOf([reset("1.1.call_1"), output(1, "ran c1-m1.0 line 1\n"), output(2, "ran ")]), []);
});

test("a part that is missing is found, by its number and by its text", () => {
  assert.deepEqual(kindsOf([reset(), part(1, "answer c1-m1.0:"), part(3, " t2")]), ["lost"]);
  assert.deepEqual(kindsOf([reset(), part(1, "answer c1-m1.0:"), part(2, " t2")]), ["lost"]);
  assert.notDeepEqual(kindsOf([reset(), part(1, " t1")]), []);
});

test("a part that comes twice is found, by its number and by its text", () => {
  const begun = [reset(), part(1, "answer c1-m1.0:"), part(2, " t1")];
  assert.deepEqual(kindsOf([...begun, part(2, " t1")]), ["doubled"]);
  assert.deepEqual(kindsOf([...begun, part(3, " t1")]), ["doubled"]);
});

test("parts out of place are found", () => {
  assert.deepEqual(kindsOf([reset(), part(1, "answer c1-m1.0:"), part(2, " t2"), part(3, " t1")]), ["lost"]);
  assert.deepEqual(kindsOf([reset(), part(1, "answer c1-m1.0:"), part(2, " nobody said this")]), [
    "reordered",
  ]);
});

test("output of a command that is shown twice is found, and other tools' output is not held against it", () => {
  const shown = [reset("1.1.call_1"), output(1, "ran c1-m1.0 line 1\n")];
  assert.deepEqual(kindsOf([...shown, output(2, "ran c1-m1.0 line 1\n")]), ["doubled"]);
  assert.deepEqual(kindsOf([reset("1.1.call_1"), output(1, "Making the place"), output(2, "done")]), []);
});

test("text that stands in the history and is still being shown is found", () => {
  const text = EXPECTED[0] as string;
  const message = messageOf(1, text);
  const messages: StreamEvent = {
    type: "messages",
    data: { chat_id, messages: [message], history_version: 2, closes: [] },
  };
  assert.deepEqual(kindsOf([reset(), part(1, text), messages]), ["doubled"]);
});

function messageOf(id: number, text: string): Message {
  return {
    id,
    chat_id,
    turn_id: 1,
    role: "assistant",
    content: [{ type: "text", text }],
  } as unknown as Message;
}

test("a reader that shows other messages than are stored is found, byte for byte", () => {
  const stored: Stored = { messages: [messageOf(1, "one"), messageOf(2, "two")], status: "waiting" };
  const shows = (messages: readonly Message[], status: Stored["status"] = "waiting") =>
    checkView("reader", { ...initialChatView(chat_id), messages, status, caught_up: true }, stored).map(
      ({ kind }) => kind,
    );
  assert.deepEqual(shows(stored.messages), []);
  assert.deepEqual(shows([messageOf(1, "one")]), ["lost"]);
  assert.deepEqual(shows([...stored.messages, messageOf(3, "three")]), ["doubled"]);
  assert.deepEqual(shows([messageOf(1, "one"), messageOf(2, "tw")]), ["lost"]);
  assert.deepEqual(shows([messageOf(1, "one"), messageOf(2, "twoo")]), ["doubled"]);
  assert.deepEqual(shows([messageOf(1, "one"), messageOf(2, "owt")]), ["wrong"]);
  assert.deepEqual(shows(stored.messages, "running"), ["wrong"]);
});

test("a reader that still shows a draft beside the stored messages is found", () => {
  const checked = createCheckedReader(chat_id);
  for (const event of [reset(), part(1, "answer ")]) checked.apply(event);
  const kinds = checkView(
    "reader",
    { ...checked.view, status: "waiting" },
    { messages: [], status: "waiting" },
  );
  assert.deepEqual(
    kinds.map(({ kind }) => kind),
    ["doubled"],
  );
});
