// Tests what the live bus sends, and that it fits.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { notifyBytesMax } from "../../core/chat/limits.ts";
import type { BusMessage } from "../../core/stream/bus-message.ts";
import { channelOf, channelsOf, chatShards, topicOf } from "./bus-channel.ts";
import { fromPayload } from "./bus-payload.ts";
import { createBusQueue, type Notification } from "./bus-queue.ts";

function aPart(chat_id: string, seq: number, text: string): BusMessage {
  const part = { from_seq: seq, seq, index: 0, role: "assistant", part: { type: "text", text } } as const;
  return { type: "parts", chat_id, episode: "5.1", parts: [part] };
}

function changed(chat_id: string, version: number): BusMessage {
  const rest = { owner_id: "o", status: "running", turn_id: 1, history_version: 2, attempt: 0 } as const;
  return { type: "changed", chat_id, version, ...rest };
}

/** One message per part, to compare what was joined with what was published. */
function apart(messages: readonly BusMessage[]): BusMessage[] {
  return messages.flatMap((message): BusMessage[] =>
    message.type === "parts" ? message.parts.map((part) => ({ ...message, parts: [part] })) : [message],
  );
}

/** What listeners of chats get. */
function ofChats(taken: readonly Notification[]): BusMessage[] {
  return taken.flatMap(({ channel, payload }) =>
    fromPayload(payload).filter((message) => topicOf(channel, message)?.type === "chat"),
  );
}

const published = fc.array(
  fc.record({
    chat: fc.constantFrom("a", "b"),
    text: fc.oneof(fc.string({ unit: "binary", maxLength: 3_000 }), fc.constant("\u0000".repeat(700))),
    change: fc.boolean(),
  }),
  { maxLength: 60 },
);

test("T3 whatever is published comes out whole, in order per chat, in payloads that NOTIFY takes", () => {
  fc.assert(
    fc.property(published, (items) => {
      const queue = createBusQueue();
      const seqs = new Map<string, number>();
      const sent = items.map(({ chat, text, change }, i) => {
        if (change) return changed(chat, i);
        const seq = (seqs.get(chat) ?? 0) + 1;
        seqs.set(chat, seq);
        return aPart(chat, seq, text);
      });
      for (const message of sent) queue.add(message);
      const taken = queue.take();
      for (const { payload } of taken) assert.ok(Buffer.byteLength(payload) <= notifyBytesMax);
      const got = apart(ofChats(taken));
      for (const chat of ["a", "b"]) {
        assert.deepEqual(
          got.filter((message) => "chat_id" in message && message.chat_id === chat),
          sent.filter((message) => "chat_id" in message && message.chat_id === chat),
        );
      }
    }),
    { numRuns: 40 },
  );
});

test("parts of one episode that wait together travel as one item", () => {
  const queue = createBusQueue();
  for (let seq = 1; seq <= 50; seq++) for (const chat of ["a", "b"]) queue.add(aPart(chat, seq, "word "));
  assert.equal(ofChats(queue.take()).length, 2);
  assert.ok(queue.empty);
});

test("a part too large for NOTIFY is left out, and the next one shows the gap", () => {
  const queue = createBusQueue();
  for (const [seq, text] of [
    [1, "a"],
    [2, "x".repeat(9_000)],
    [3, "b"],
  ] as const)
    queue.add(aPart("a", seq, text));
  const parts = apart(ofChats(queue.take()));
  assert.deepEqual(parts, [aPart("a", 1, "a"), aPart("a", 3, "b")]);
});

test("a queue that nobody empties stays bounded: the oldest items are dropped and counted", () => {
  const queue = createBusQueue();
  const text = "x".repeat(4_000);
  for (let seq = 1; seq <= 6_000; seq++) queue.add(aPart("a", seq, text));
  assert.ok(queue.dropped > 0);
  const parts = apart(ofChats(queue.take()));
  assert.deepEqual(parts.at(-1), aPart("a", 6_000, text));
  assert.ok(parts.length < 6_000);
});

test("a payload that is not ours contains no messages", () => {
  for (const payload of ["", "x", "{}", "[1]", '[["z"]]', "null"]) assert.deepEqual(fromPayload(payload), []);
});

test("T4 merged parts come out merged, with the lengths of their pieces, and later ones join them", () => {
  const queue = createBusQueue();
  const role = "tool" as const;
  const part = { type: "tool-result" as const, tool_call_id: "t", result_delta: "abcdef" };
  const merged = { from_seq: 3, seq: 5, index: 1, role, part, lengths: [3, 0, 3] };
  const next = { from_seq: 6, seq: 6, index: 1, role, part: { ...part, result_delta: "g" } };
  for (const parts of [[merged], [next]]) queue.add({ type: "parts", chat_id: "a", episode: "5.1.t", parts });
  const taken = queue.take();
  assert.equal(taken.length, 1);
  assert.deepEqual(ofChats(taken), [
    { type: "parts", chat_id: "a", episode: "5.1.t", parts: [merged, next] },
  ]);
});

test("each kind of message goes to those who need it and comes back as it was", () => {
  const owner_id = "o";
  const messages: readonly [BusMessage, readonly string[]][] = [
    [changed("a", 1), ["chat", "owner"]],
    [{ type: "deleted", chat_id: "a", owner_id }, ["chat", "owner"]],
    [{ type: "read", chat_id: "a", owner_id }, ["owner"]],
    [{ type: "watched", chat_id: "a", catch_up: true }, ["chat"]],
    [{ type: "watched", chat_id: "a", catch_up: false }, ["chat"]],
    [aPart("a", 1, "x"), ["chat"]],
    [{ type: "terminal", terminal_id: "t", to: "worker" }, ["terminal"]],
    [{ type: "terminal", terminal_id: "t", to: "readers" }, ["terminal"]],
  ];
  for (const [message, kinds] of messages) {
    const queue = createBusQueue();
    queue.add(message);
    const taken = queue.take();
    assert.deepEqual(
      taken.map(({ channel }) => topicOf(channel, message)?.type),
      kinds,
    );
    assert.deepEqual(
      taken.map(({ channel }) => channel),
      channelsOf(message),
    );
    for (const { payload } of taken) assert.deepEqual(fromPayload(payload), [message]);
  }
});

test("chats spread evenly over their channels, and each keeps its own", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < chatShards * 100; i++) {
    const id = `0b5e8c1a-${(i * 7919).toString(16).padStart(8, "0")}`;
    const channel = channelOf({ type: "chat", chat_id: id });
    assert.equal(channel, channelOf({ type: "chat", chat_id: id }));
    counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  assert.equal(counts.size, chatShards);
  for (const count of counts.values()) assert.ok(count > 40 && count < 180, String(count));
});
