import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import { type ChatView, initialChatView } from "../../core/stream/chat-reducer.ts";
import { differences } from "./check-stored.ts";

function message(id: number, text: string): Message {
  return { id, role: "assistant", content: [{ type: "text", text }] } as unknown as Message;
}

const view: ChatView = {
  ...initialChatView("chat"),
  status: "waiting",
  messages: [message(1, "one"), message(2, "two")],
};

test("T4 a stream that equals the store has no differences", () => {
  const stored = { messages: [message(1, "one"), message(2, "two")], status: "waiting" as const };
  assert.deepEqual(differences({ view, violations: [] }, stored), []);
});

test("T4 other text, missing and surplus messages, leftover parts, another status and broken promises are all reported", () => {
  const previews = new Map([
    ["", { episode: "1.1", content: new Map([[0, { type: "text" as const, text: "x" }]]), last_seq: 1 }],
  ]);
  const stored = { messages: [message(1, "One"), message(3, "three")], status: "running" as const };
  const found = differences({ view: { ...view, previews }, violations: ["gap: 1.1 5-5 after 3"] }, stored);
  assert.equal(found.length, 6);
  assert.match(
    found.join("\n"),
    /^gap[^]*message 1: streamed[^]*message 3 is stored and was not streamed[^]*message 2 was streamed and is not stored[^]*no message holds[^]*status/,
  );
});
