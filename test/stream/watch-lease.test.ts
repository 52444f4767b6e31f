// Who watches a turn: what replicas say of it, what the writer makes of that, and what readers cost. On a real bus and a real
// database; the time of the leases is the test's.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { watchGraceMs, watchLeaseMs } from "../../core/chat/limits.ts";
import type { BusMessage } from "../../core/stream/bus-message.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { StreamClient } from "../support/reader/stream-client.ts";
import {
  assertEqualsStore,
  eventually,
  openStreamWorld,
  type StreamWorld,
} from "../support/reader/stream-world.ts";
import { aChat, type TestChat } from "../support/turn/chats.ts";

/** Says often who watches, and looks by itself only after a silence that no test has. */
const timing = { statePollMs: 40, silenceMs: 60_000 };

let database: TestDatabase;
let world: StreamWorld;

before(async () => {
  database = await createTestDatabase();
  world = await openStreamWorld(database.url, true);
});
after(async () => {
  await world.close();
  await database.drop();
});

/** Everything said about a chat on the bus. */
async function overhear(chat: TestChat): Promise<BusMessage[]> {
  const heard: BusMessage[] = [];
  const { listening, end } = world.bus.subscribe({ type: "chat", chat_id: chat.id }, (message) => {
    heard.push(message);
  });
  world.closers.unshift(end);
  await listening;
  return heard;
}

function count(heard: readonly BusMessage[], type: BusMessage["type"]): number {
  return heard.filter((message) => message.type === type).length;
}

/** A turn whose beginning was published, and whose rest nobody has seen. */
async function anUnwatchedTurn() {
  const chat = await aChat(world.store);
  const heard = await overhear(chat);
  const worker = await world.worker(chat);
  worker.say("begun ");
  await eventually(async () => count(heard, "parts") === 1);
  world.passLeaseTime(watchGraceMs);
  worker.say("unseen ");
  worker.say("words ");
  return { chat, worker, heard };
}

test("T3 T1 50 readers of 5 running chats: Temporal is asked as chats begin to be watched, not per reader nor while parts flow", async () => {
  const replica = await world.replica({ timing });
  const chats = await Promise.all(Array.from({ length: 5 }, () => aChat(world.store)));
  const heard = await Promise.all(chats.map(overhear));
  const workers = await Promise.all(chats.map((chat) => world.worker(chat)));
  for (const worker of workers) worker.say("begun ");
  const readers = await Promise.all(
    chats.flatMap((chat) => Array.from({ length: 10 }, () => new StreamClient(chat.id).connect(replica.url))),
  );
  await Promise.all(readers.map((reader) => reader.untilWriting("begun ")));
  const renewed = async (times: number) => {
    const from = heard.map((each) => count(each, "watched"));
    await eventually(async () =>
      heard.every((each, i) => count(each, "watched") >= (from[i] as number) + times),
    );
  };
  await renewed(5);
  const joining = replica.hubs.looks;
  assert.ok(joining >= 5 && joining <= 2 * 5, `${joining} looks`);
  for (let i = 0; i < 50; i++) {
    for (const worker of workers) worker.say(`${i} `);
    if (i % 10 === 0) await renewed(2);
  }
  await Promise.all(readers.map((reader) => reader.until("all", () => reader.writing.endsWith("49 "))));
  // Silence of a slow provider, through many looks at the state.
  await renewed(20);
  assert.equal(replica.hubs.looks, joining);
  await Promise.all(workers.map((worker) => worker.commit()));
  for (const [i, chat] of chats.entries())
    await assertEqualsStore(world, readers[i * 10] as StreamClient, chat);
  await Promise.all(readers.map((reader) => reader.cut()));
  await replica.stop();
});

test("T3 a silent running chat is looked after more and more rarely, whatever the number of readers", async () => {
  const policy = { silenceMs: 100, silenceMaxMs: 400 };
  const replica = await world.replica({ timing: { statePollMs: 20, ...policy } });
  const chat = await aChat(world.store);
  const heard = await overhear(chat);
  const worker = await world.worker(chat);
  worker.say("a");
  const begun = performance.now();
  const readers = await Promise.all(
    Array.from({ length: 20 }, () => new StreamClient(chat.id).connect(replica.url)),
  );
  await Promise.all(readers.map((reader) => reader.untilWriting("a")));
  await eventually(async () => count(heard, "watched") > 60);
  const elapsed = performance.now() - begun;
  let allowed = 2;
  for (let at = policy.silenceMs, wait = at; at <= elapsed; at += wait) {
    allowed += 1;
    wait = Math.min(wait * 2, policy.silenceMaxMs);
  }
  assert.ok(replica.hubs.looks <= allowed, `${replica.hubs.looks} looks in ${elapsed} ms`);
  worker.leave();
  await Promise.all(readers.map((reader) => reader.cut()));
  await replica.stop();
});

test("T1 T4 a reader who comes to a turn nobody watched gets its words from the writer, Temporal away", async () => {
  const { chat, worker, heard } = await anUnwatchedTurn();
  assert.equal(count(heard, "parts"), 1);
  const replica = await world.replica({ timing, temporalAway: true });
  const reader = await new StreamClient(chat.id).connect(replica.url);
  await reader.untilWriting("begun unseen words ");
  worker.say("and more");
  await reader.untilWriting("begun unseen words and more");
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
  await replica.stop();
});

test("T4 the words of an unwatched answer larger than a heartbeat come from the rows and from the writer", async () => {
  const { chat, worker } = await anUnwatchedTurn();
  for (let i = 0; i < 40; i++) worker.say(`${i} ${"x".repeat(3_000)}\n`);
  await worker.parts.checkpointNow();
  for (let i = 0; i < 5; i++) worker.say(`${i} ${"y".repeat(3_000)}\n`);
  const replica = await world.replica({ timing, temporalAway: true });
  const reader = await new StreamClient(chat.id).connect(replica.url);
  await reader.untilWriting(worker.text);
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
  await replica.stop();
});

test("T4 what the writer says again is lost on the way: the checkpoint it wrote as well has it", async () => {
  const { chat, worker } = await anUnwatchedTurn();
  world.lose = (message) => message.type === "parts";
  const replica = await world.replica({ timing });
  const reader = await new StreamClient(chat.id).connect(replica.url);
  await reader.untilWriting("begun unseen words ");
  world.lose = () => false;
  worker.say("heard ");
  await reader.untilWriting("begun unseen words heard ");
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
  await replica.stop();
});

/** Counts what is said of a chat as it is said, and loses what it is told to lose. */
function countSaid(chat: TestChat) {
  const said = { watched: 0, parts: 0, lost: null as BusMessage["type"] | null };
  world.lose = (message) => {
    const { type } = message;
    if (type === said.lost) return true;
    if ("chat_id" in message && message.chat_id === chat.id && (type === "watched" || type === "parts"))
      said[type] += 1;
    return false;
  };
  world.closers.unshift(() => {
    world.lose = () => false;
  });
  return said;
}

test("T4 nobody hears that a replica watches, and the turn falls silent: heard again, it is whole", async () => {
  const chat = await aChat(world.store);
  const heard = await overhear(chat);
  const said = countSaid(chat);
  const replica = await world.replica({ timing });
  const reader = await new StreamClient(chat.id).connect(replica.url);
  const worker = await world.worker(chat);
  worker.say("seen ");
  await reader.untilWriting("seen ");
  said.lost = "watched";
  // What was said before has arrived: no lease begins by it later.
  await eventually(async () => count(heard, "watched") === said.watched);
  world.passLeaseTime(watchLeaseMs);
  const published = said.parts;
  for (let i = 0; i < 5; i++) worker.say(`unseen ${i} `);
  assert.equal(said.parts, published);
  said.lost = null;
  await reader.untilWriting(worker.text);
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
  await replica.stop();
});

test("T4 two replicas watch a turn and one is gone: the other goes on, and without it the turn falls silent", async () => {
  const chat = await aChat(world.store);
  const heard = await overhear(chat);
  const said = countSaid(chat);
  const stays = await world.replica({ timing });
  const goes = await world.replica({ timing });
  const reader = await new StreamClient(chat.id).connect(stays.url);
  const left = await new StreamClient(chat.id).connect(goes.url);
  const worker = await world.worker(chat);
  worker.say("both ");
  await Promise.all([reader, left].map((each) => each.untilWriting("both ")));
  await goes.stop();
  const before = count(heard, "watched");
  world.passLeaseTime(watchLeaseMs);
  await eventually(async () => count(heard, "watched") > before);
  worker.say("one ");
  await reader.untilWriting("both one ");
  await reader.cut();
  // The hub lingers, and says no more that it watches.
  await eventually(async () => stays.hubs.readerCount === 0 && count(heard, "watched") === said.watched);
  world.passLeaseTime(watchLeaseMs);
  const published = said.parts;
  worker.say("none ");
  assert.equal(said.parts, published);
  // Somebody comes back while it lingers.
  await reader.connect(stays.url);
  await reader.untilWriting("both one none ");
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await Promise.all([reader.cut(), left.cut()]);
  await stays.stop();
});

test("I5 a worker killed while it is watched: its successor, who knows of nobody, is heard from its first word", async () => {
  const chat = await aChat(world.store);
  const replica = await world.replica({ timing, temporalAway: true });
  const reader = await new StreamClient(chat.id).connect(replica.url);
  const lost = await world.worker(chat);
  lost.say("kept ");
  await lost.parts.checkpointNow();
  await reader.untilWriting("kept ");
  lost.die();
  world.leases = world.newLeases();
  const next = await world.worker(chat);
  next.say("and more");
  await reader.untilWriting("kept and more");
  await next.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
  await replica.stop();
});

test("T4 the bus cut in mid-answer, again and again: each channel is listened to again and readers are whole", async () => {
  const chat = await aChat(world.store);
  const replica = await world.replica({ timing: { ...timing, offlinePollMs: () => 60_000 } });
  const reader = await new StreamClient(chat.id).connect(replica.url);
  const worker = await world.worker(chat);
  for (let i = 0; i < 3; i++) {
    worker.say(`${i} `);
    await reader.untilWriting(worker.text);
    const back = new Promise<void>((resolve) => void world.bus.onReconnect(resolve));
    const { rowCount } = await world.store.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name in ('everturn-listen', 'everturn-notify')`,
    );
    assert.ok((rowCount ?? 0) >= 2);
    worker.say(`cut ${i} `);
    await back;
    worker.say(`back ${i} `);
    await reader.untilWriting(worker.text);
  }
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
  await replica.stop();
});
