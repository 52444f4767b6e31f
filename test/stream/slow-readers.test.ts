// Readers over real sockets that stop taking for a while (SPEC T7): what waits for them at the server stays bounded, and when
// they take again they show what the store holds, whatever happened meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTurnStreams } from "../../api/ai-sdk/turn-streams.ts";
import { frameBytesMax, readerLagBytesMax } from "../../core/chat/limits.ts";
import type { ChatView } from "../../core/stream/chat-reducer.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { openExchange, openSlowReader, type SlowReader } from "../support/reader/slow-reader.ts";
import { StreamClient } from "../support/reader/stream-client.ts";
import {
  assertEqualsStore,
  eventually,
  openStreamWorld,
  type Replica,
  type SimWorker,
  type StreamWorld,
} from "../support/reader/stream-world.ts";
import { aChat, anIdleChat, type TestChat } from "../support/turn/chats.ts";

/** More than the largest buffers of a kernel's connection. */
const wordsMax = 4_000;
const word = "x".repeat(4_000);

let database: TestDatabase;
let world: StreamWorld;
let replica: Replica;

before(async () => {
  database = await createTestDatabase();
  world = await openStreamWorld(database.url, true);
  replica = await world.replica();
});
after(async () => {
  await world.close();
  await database.drop();
});

async function join(chat: TestChat): Promise<SlowReader> {
  const slow = await openSlowReader(chat.id, replica.hubs);
  slow.start();
  return slow;
}

/** Says so much that the connection of a reader that takes nothing is full and the reader lags. */
async function fill(worker: SimWorker, slow: SlowReader): Promise<void> {
  for (let i = 0; i < wordsMax && !slow.sink.full; i++) {
    worker.say(`${i} ${word}`);
    await new Promise(setImmediate);
  }
  assert.ok(slow.sink.full);
}

/** Told by numbers first: the texts are large. */
function hasAll(view: ChatView, { parts }: SimWorker): boolean {
  const preview = view.previews.get("");
  return preview?.episode === parts.episode && preview.last_seq === parts.seq;
}

async function assertShowsAnswer(slow: SlowReader, worker: SimWorker): Promise<void> {
  await slow.until(() => hasAll(slow.checked.view, worker));
  assert.ok(slow.text() === worker.text, "the answer as it was said");
}

async function assertShowsStore(slow: SlowReader, chat: TestChat): Promise<void> {
  const { snapshot_version, history_version } = await chat.row();
  const shown = await world.shown(chat);
  await slow.until(() => {
    const { view } = slow.checked;
    return view.history_version === history_version && view.messages.length === shown.length;
  });
  assert.deepEqual(slow.checked.view.messages, shown, `version ${snapshot_version}`);
  assert.deepEqual(slow.checked.violations, []);
}

test("T7 a reader that stops for thousands of parts holds little of the server and goes on where it stood, nothing twice", async () => {
  const chat = await aChat(world.store);
  const slow = await join(chat);
  const quick = await new StreamClient(chat.id).connect(replica.url);
  const worker = await world.worker(chat);
  worker.say("first ");
  await slow.until(() => slow.text() === "first ");
  slow.stop();
  await fill(worker, slow);
  await quick.until("all that was said", (view) => hasAll(view, worker));
  const waiting = slow.waiting();
  for (let i = 0; i < 2_000; i++) worker.say(`${i} `);
  await quick.until("all that was said", (view) => hasAll(view, worker));
  assert.ok(slow.waiting() <= waiting, "nothing more is sent to a reader that lags");
  assert.ok(waiting <= readerLagBytesMax + frameBytesMax, `${waiting} bytes wait`);
  slow.go();
  await assertShowsAnswer(slow, worker);
  assert.equal(
    slow.types.filter((type) => type === "history_reset").length,
    1,
    "it goes on, it does not begin again",
  );
  await worker.commit();
  await assertShowsStore(slow, chat);
  await assertEqualsStore(world, quick, chat);
  slow.close();
  await quick.cut();
});

test("T7 a reader that stops while the answer is withdrawn shows the attempt that followed, once", async () => {
  const chat = await aChat(world.store);
  const slow = await join(chat);
  const lost = await world.worker(chat);
  lost.say("lost ");
  await lost.parts.checkpointNow();
  await slow.until(() => slow.text() === "lost ");
  slow.stop();
  await fill(lost, slow);
  lost.die();
  const next = await world.worker(chat);
  next.say("and found");
  slow.go();
  await assertShowsAnswer(slow, next);
  await next.commit();
  await assertShowsStore(slow, chat);
  slow.close();
});

test("T7 a reader that stops over a commit and the beginning of the next turn shows both as the store has them", async () => {
  const chat = await aChat(world.store);
  const slow = await join(chat);
  const worker = await world.worker(chat);
  worker.say("one ");
  await slow.until(() => slow.text() === "one ");
  slow.stop();
  await fill(worker, slow);
  await worker.commit();
  await chat.send("more");
  const next = await world.worker(chat);
  next.say("two");
  slow.go();
  await assertShowsAnswer(slow, next);
  await next.commit();
  await assertShowsStore(slow, chat);
  assert.equal(slow.text(), "");
  slow.close();
});

test("T7 the snapshot of a long chat goes out as fast as its reader takes it, and never waits whole at the server", async () => {
  const chat = await anIdleChat(world.store);
  await insertLargeMessages(chat, 80);
  const slow = await openSlowReader(chat.id, replica.hubs);
  slow.stop();
  slow.start();
  let most = 0;
  await eventually(() => {
    most = Math.max(most, slow.waiting());
    return Promise.resolve(slow.sink.full);
  });
  assert.ok(slow.waiting() <= readerLagBytesMax + frameBytesMax, `${slow.waiting()} bytes wait`);
  slow.go();
  await assertShowsStore(slow, chat);
  await slow.until(() => slow.checked.view.caught_up);
  slow.close();
});

test("T6 readers that are in the middle of a snapshot or lag behind are sent away with retry:, too", async () => {
  const leaving = await world.replica();
  const idle = await anIdleChat(world.store);
  await insertLargeMessages(idle, 198);
  const joining = await openSlowReader(idle.id, leaving.hubs);
  joining.stop();
  joining.start();
  const chat = await aChat(world.store);
  const lagging = await openSlowReader(chat.id, leaving.hubs);
  lagging.start();
  const worker = await world.worker(chat);
  worker.say("a");
  await lagging.until(() => lagging.text() === "a");
  lagging.stop();
  await fill(worker, lagging);
  await eventually(() => Promise.resolve(joining.sink.full));
  leaving.hubs.close();
  for (const slow of [joining, lagging]) {
    slow.go();
    await slow.until(slow.ended);
    assert.ok((slow.retryMs() ?? 0) > 0);
    assert.deepEqual(slow.checked.violations, []);
    slow.close();
  }
  assert.ok(!joining.checked.view.caught_up, "the rest of the snapshot is not waited for");
  worker.die();
});

test("T7 a turn of many steps goes to an AI SDK client as fast as it takes it, and never waits whole at the server", async () => {
  const chat = await anIdleChat(world.store);
  const turn_id = Number((await chat.row()).current_turn_id);
  const steps = 300;
  await world.store.pool.query(
    `insert into messages (chat_id, turn_id, role, content, version)
     select $1, $2, 'assistant', json_build_array(json_build_object('type', 'text', 'text', n || repeat('y', 100000))), 1
     from generate_series(1, $3) n`,
    [chat.id, turn_id, steps],
  );
  const { hubs } = replica;
  const streamTurn = createTurnStreams({
    store: world.store,
    hubs,
    bus: world.bus,
    logger: { warn: assert.fail },
  });
  const turn = { chat_id: chat.id, message_id: turn_id, client_message_id: null, sdk: 7 } as const;
  const { stream, answer, close } = await openExchange((opened) => {
    streamTurn(opened, turn, { marks_read: true }).catch(assert.ifError);
  });
  let most = 0;
  const look = () => {
    most = Math.max(most, stream.response.writableLength);
  };
  await eventually(() => {
    look();
    return Promise.resolve(stream.response.writableNeedDrain);
  });
  let text = "";
  for await (const piece of answer) {
    text += String(piece);
    look();
  }
  assert.ok(most <= readerLagBytesMax + frameBytesMax, `${most} bytes waited`);
  assert.match(text, /"type":"finish"[^\n]*\n\ndata: \[DONE\]\n\n$/);
  const begun = [...text.matchAll(/"type":"text-delta","id":"p\d+","delta":"(\d+)y/g)].map(([, n]) =>
    Number(n),
  );
  assert.deepEqual(
    begun,
    Array.from({ length: steps }, (_, i) => i + 1),
  );
  close();
});

async function insertLargeMessages(chat: TestChat, count: number): Promise<void> {
  await world.store.pool.query(
    `insert into messages (chat_id, turn_id, role, content, version)
     select $1, 1, 'user', json_build_array(json_build_object('type', 'text', 'text', repeat('y', 100000))), 1
     from generate_series(1, $2)`,
    [chat.id, count],
  );
}
