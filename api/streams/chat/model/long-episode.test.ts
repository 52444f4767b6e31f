// An answer of fifty thousand parts in flight. What a reader gets, and what a hub keeps, depends on the text
// and on what is missing, not on how many parts there were.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameBytesMax } from "../../../../core/chat/limits.ts";
import { PartLog } from "../../../../core/part/part-log.ts";
import {
  mergedCharsMax,
  type PartDelta,
  type StreamPart,
  splitPart,
} from "../../../../core/part/stream-part.ts";
import type { ChatSnapshot } from "../../../../store/stream/read-chat-snapshot.ts";
import type { EventBatch } from "./event-batch.ts";
import { HubModel } from "./hub-model.ts";
import { captureHub, freshBatches, packFresh, resumeBatches } from "./join-stream.ts";

const chatId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const partsTotal = 50_000;
const nothing = { messages: [], has_more: false };

/** Reasoning, words and the arguments of a call, in runs as models write them. */
function partAt(seq: number): StreamPart {
  const index = Math.floor(seq / 5_000);
  return { from_seq: seq, seq, index, role: "assistant", part: deltaAt(seq, index) };
}

function deltaAt(seq: number, index: number): PartDelta {
  const text = `w${seq % 9_973} `;
  if (index % 3 === 0) return { type: "reasoning", text };
  if (index % 3 === 1) return { type: "text", text };
  return { type: "tool-call", tool_call_id: `c${index}`, tool_name: "write_file", args_delta: text };
}

function textAfter(seen: number): string {
  let text = "";
  for (let seq = seen + 1; seq <= partsTotal; seq++) text += `w${seq % 9_973} `;
  return text;
}

function aLongAnswer(): HubModel {
  const model = new HubModel(chatId, { temporal: () => null });
  const time = "2026-01-01T00:00:00.000Z";
  const chat = {
    id: chatId,
    status: "running",
    retry: null,
    generation_attempt: 1,
    reset_version: 1,
    snapshot_version: 5,
    history_version: 2,
    current_turn_id: 1,
    created_at: time,
    updated_at: time,
    last_error: null,
    required_action: null,
  } as unknown as ChatSnapshot["chat"];
  model.learnState({ chat, queued_messages: [], messages: [], closes: [], has_more: false });
  for (let seq = 1; seq <= partsTotal; seq++) model.learnParts("2.1", [partAt(seq)]);
  return model;
}

function shownText(batches: readonly EventBatch[]): string {
  const parts = partsOf(batches);
  return parts
    .map(({ part }) => ("text" in part ? part.text : "args_delta" in part ? part.args_delta : ""))
    .join("");
}

function partsOf(batches: readonly EventBatch[]) {
  const events = batches.flatMap((batch) => batch.entries.map(({ event }) => event));
  return events.flatMap((event) => (event.type === "message_part" ? [event.data] : []));
}

function partBytes(batches: readonly EventBatch[]): number {
  const withParts = batches.filter((batch) => partsOf([batch]).length > 0);
  return withParts.reduce((sum, batch) => sum + batch.bytes.length, 0);
}

test("T4 a reader that returns to an answer of 50,000 parts gets what it misses, in few bounded frames of little more than its text", () => {
  const model = aLongAnswer();
  for (const behind of [10, 1_000, 49_000]) {
    const seen = partsTotal - behind;
    const capture = captureHub(model, { version: 5, episode: "2.1", seq: seen });
    const batches = resumeBatches(capture, nothing);
    const missing = textAfter(seen);
    assert.equal(shownText(batches), missing);
    assert.equal(partsOf(batches)[0]?.from_seq, seen + 1);
    // A run of one place is cut where a frame is full: no run here is longer than two frames.
    const frames = Math.ceil(behind / 5_000) * 2 + 2;
    assert.ok(partsOf(batches).length <= frames, `${partsOf(batches).length} frames`);
    if (behind > 100) assert.ok(partBytes(batches) <= missing.length * 1.2, `${partBytes(batches)} bytes`);
    assert.ok(batches.every((batch) => batch.bytes.length <= frameBytesMax));
  }
});

test("T1 a reader that comes late to an answer of 50,000 parts gets all of it in few bounded frames", () => {
  const batches = freshBatches(captureHub(aLongAnswer(), null), packFresh(aLongAnswer().state, nothing));
  assert.equal(shownText(batches), textAfter(0));
  assert.ok(partBytes(batches) <= textAfter(0).length * 1.2);
  assert.ok(partsOf(batches).length <= 22);
  assert.ok(batches.every((batch) => batch.bytes.length <= frameBytesMax));
});

test("what stands at the end of a long log is had without its beginning, and its parts are not kept one by one", () => {
  const log = new PartLog();
  for (let seq = 1; seq <= partsTotal; seq++) log.append(partAt(seq));
  for (const seen of [0, 4_321, partsTotal - 7, partsTotal]) {
    const parts = log.after(seen);
    assert.ok(parts.length <= 22);
    const pieces = parts.reduce((sum, part) => sum + (part.lengths?.length ?? 1), 0);
    assert.equal(pieces, partsTotal - seen, "the lengths of what is missing, and no others");
    assert.ok(parts.every((part) => JSON.stringify(part.part).length <= mergedCharsMax + 256));
    const whole = Array.from({ length: partsTotal - seen }, (_, i) => partAt(seen + 1 + i));
    assert.deepEqual(parts.flatMap(splitPart), whole, "each cut is exact");
  }
});
