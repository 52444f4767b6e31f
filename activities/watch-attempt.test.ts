import assert from "node:assert/strict";
import { test } from "node:test";
import type { BusMessage, LiveBus } from "../core/bus-message.ts";
import type { Store } from "../store/store.ts";
import { Stopped, watchAttempt } from "./watch-attempt.ts";

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
  let tell = (_message: BusMessage) => {};
  const bus = { subscribe: (_chat: string, heard: typeof tell) => ((tell = heard), () => {}) };
  const watch = watchAttempt(
    {
      store: { pool: { query } } as unknown as Store,
      bus: bus as unknown as LiveBus,
      shutdown: new AbortController().signal,
      checkpointMs: 1_000_000,
      failpoint: () => undefined,
    },
    { cancellationSignal: new AbortController().signal, cancellationDetails: undefined },
    { chat_id: "c", fence: FENCE },
  );
  return { asked, watch, tell: (message = CHANGED) => tell(message) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("I2 an interrupt told while the chat is being read is seen by another read at once", async () => {
  const { asked, watch, tell } = aWorld();
  tell();
  tell();
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
  tell();
  asked[0]!("running");
  await settled();
  assert.equal(asked.length, 1);
  assert.equal(watch.signal.aborted, false);
  watch.end();
});

test("I2 an interrupt of the very attempt stops it by what was told, without asking the database", async () => {
  const { asked, watch, tell } = aWorld();
  tell({ ...CHANGED, status: "running", attempt: 1 } as BusMessage);
  assert.equal(watch.signal.aborted, false);
  tell({ ...CHANGED, status: "interrupting", attempt: 1 } as BusMessage);
  assert.ok(watch.signal.reason instanceof Stopped);
  assert.equal(watch.signal.reason.reason, "interrupted");
  assert.equal(asked.length, 0);
  watch.end();
});

test("I4 a stale interrupt, of an attempt or a turn before, is looked into and stops nothing", async () => {
  const { asked, watch, tell } = aWorld();
  tell({ ...CHANGED, status: "interrupting", attempt: 0 } as BusMessage);
  assert.equal(watch.signal.aborted, false);
  asked[0]!("running");
  await settled();
  assert.equal(watch.signal.aborted, false);
  watch.end();
});
