import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamEvent } from "../../../core/stream/stream-event.ts";
import type { Readable, ReaderStep } from "../stream-reader.ts";
import type { ChatPlace } from "./chat-hub.ts";
import { type Cursor, encodeCursor } from "./model/cursor.ts";
import { EventBatch } from "./model/event-batch.ts";
import { sharedView } from "./shared-view.ts";

const chat_id = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const cursor: Cursor = { version: 7, episode: null, seq: 0 };
const place: ChatPlace = { cursor: null, taken: 1, messagesMax: 50 };
const status: StreamEvent = {
  type: "status",
  data: { chat_id, status: "running", turn_id: 1, history_version: 1 },
};
const retry: StreamEvent = { type: "retry", data: { chat_id, message: "secret" } as never };

/** A hub that has this to send, and counts its readers. */
function hubWith(batch: EventBatch) {
  const readers = new Set<object>();
  const step: ReaderStep<ChatPlace, EventBatch> = { type: "send", batch, place: { ...place, cursor } };
  const hub: Readable<ChatPlace, EventBatch> = {
    ended: null,
    attach: (reader) => void readers.add(reader),
    detach: (reader) => void readers.delete(reader),
    rested: () => undefined,
    warn: () => undefined,
    next: () => step,
    catchUp: () => ({ batches: [batch], place }),
  };
  return { hub, readers };
}

function sent(step: ReaderStep<ChatPlace, EventBatch>): EventBatch {
  assert.equal(step.type, "send");
  return step.batch;
}

test("A10 where an event is not shown, the one before it says where to resume", async () => {
  const batch = new EventBatch(chat_id, [
    { event: status, cursor: null },
    { event: retry, cursor },
  ]);
  const view = sharedView(hubWith(batch).hub);
  const shown = sent(view.next(place));
  assert.deepEqual(
    shown.entries.map(({ event, cursor: at }) => [event.type, at]),
    [["status", cursor]],
  );
  const text = shown.bytes.toString();
  assert.ok(text.startsWith(`id: ${encodeCursor(chat_id, cursor)}\n`));
  assert.doesNotMatch(text, /secret/);
  const { batches } = await view.catchUp(place);
  assert.equal(batches[0], shown, "changed and encoded once for all readers");
});

test("A10 a batch of which nothing is shown is sent as nothing, and readers go on behind it", () => {
  const view = sharedView(hubWith(new EventBatch(chat_id, [{ event: retry, cursor }])).hub);
  const step = view.next(place);
  assert.equal(sent(step).bytes.length, 0);
  assert.deepEqual("place" in step && step.place.cursor, cursor);
});

test("A10 readers of a shared chat count as readers of its hub", () => {
  const { hub, readers } = hubWith(new EventBatch(chat_id, []));
  const view = sharedView(hub);
  const reader = { busy: false, wake: () => undefined, restart: () => undefined, end: () => undefined };
  view.attach(reader);
  assert.equal(readers.size, 1);
  view.detach(reader);
  assert.equal(readers.size, 0);
});
