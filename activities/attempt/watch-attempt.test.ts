import assert from "node:assert/strict";
import { test } from "node:test";
import type { BusMessage } from "../../core/stream/bus-message.ts";
import type { Store } from "../../store/store.ts";
import { createMemoryNetwork } from "../../test/support/memory-bus.ts";
import { Stopped } from "./watch.ts";
import { watchAttempt } from "./watch-attempt.ts";

const FENCE = { turn_id: 1, history_version: 1, generation_attempt: 1 };
const CHAT = { current_turn_id: 1, history_version: 1, generation_attempt: 1 };
/** Of a chat that has gone on, as far as its teller knows: what it came to has to be read. */
const CHANGED = {
  type: "changed",
  chat_id: "c",
  status: "running",
  turn_id: 1,
  history_version: 1,
  attempt: 2,
} as BusMessage;

/** A database whose answers the test gives one by one, and a bus it speaks through. */
function aWorld() {
  const asked: ((status: string) => void)[] = [];
  const query = () =>
    new Promise((resolve) => asked.push((status) => resolve({ rows: [{ ...CHAT, status }] })));
  const network = createMemoryNetwork();
  const elsewhere = network.open();
  const listening = Promise.withResolvers<void>();
  const bus = network.open();
  const subscribe: typeof bus.subscribe = (...to) => ({
    ...bus.subscribe(...to),
    listening: listening.promise,
  });
  const watch = watchAttempt(
    {
      store: { pool: { query } } as unknown as Store,
      bus: { ...bus, subscribe },
      shutdown: new AbortController().signal,
      checkpointMs: 1_000_000,
      failpoint: () => undefined,
    },
    { cancellationSignal: new AbortController().signal, cancellationDetails: undefined },
    { chat_id: "c", fence: FENCE },
  );
  const tell = async (message = CHANGED) => {
    elsewhere.publish(message);
    await settled();
  };
  return { asked, watch, tell, listened: listening.resolve };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("I2 an interrupt told while the chat is being read is seen by another read at once", async () => {
  const { asked, watch, tell } = aWorld();
  await tell();
  await tell();
  assert.equal(asked.length, 1);
  asked[0]!("running");
  await settled();
  assert.equal(asked.length, 2);
  asked[1]!("interrupting");
  await settled();
  assert.ok(watch.signal.reason instanceof Stopped);
  assert.equal(watch.signal.reason.reason, "interrupted");
  watch.end();
});

test("a change that stops nothing is read once", async () => {
  const { asked, watch, tell } = aWorld();
  await tell();
  asked[0]!("running");
  await settled();
  assert.equal(asked.length, 1);
  assert.equal(watch.signal.aborted, false);
  watch.end();
});

test("I2 an interrupt told before the bus was listened to is seen once it is", async () => {
  const { asked, watch, listened } = aWorld();
  await settled();
  assert.equal(asked.length, 0);
  listened();
  await settled();
  assert.equal(asked.length, 1);
  asked[0]!("interrupting");
  await settled();
  assert.equal((watch.signal.reason as Stopped).reason, "interrupted");
  watch.end();
});

test("an attempt that has ended reads nothing more", async () => {
  const { asked, watch, listened } = aWorld();
  watch.end();
  listened();
  await settled();
  assert.equal(asked.length, 0);
});

test("I2 an interrupt of the very attempt stops it by what was told, without asking the database", async () => {
  const { asked, watch, tell } = aWorld();
  await tell({ ...CHANGED, status: "running", attempt: 1 } as BusMessage);
  assert.equal(watch.signal.aborted, false);
  await tell({ ...CHANGED, status: "interrupting", attempt: 1 } as BusMessage);
  assert.ok(watch.signal.reason instanceof Stopped);
  assert.equal(watch.signal.reason.reason, "interrupted");
  assert.equal(asked.length, 0);
  watch.end();
});

test("I4 a stale interrupt, of an attempt or a turn before, is looked into and stops nothing", async () => {
  const { asked, watch, tell } = aWorld();
  await tell({ ...CHANGED, status: "interrupting", attempt: 0 } as BusMessage);
  assert.equal(watch.signal.aborted, false);
  asked[0]!("running");
  await settled();
  assert.equal(watch.signal.aborted, false);
  watch.end();
});
