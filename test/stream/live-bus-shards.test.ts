// The live bus over NOTIFY: which channels a replica listens to, and that it hears no others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pino } from "pino";
import type { BusMessage } from "../../core/stream/bus-message.ts";
import { channelOf } from "../../store/stream/bus-channel.ts";
import { createPostgresBus, type PostgresBus } from "../../store/stream/live-bus.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/reader/stream-world.ts";

const logger = pino({ level: "silent" });
let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function openBus(unlistenAfterMs?: number): Promise<PostgresBus> {
  const databaseUrl = database.url;
  const bus = createPostgresBus({
    databaseUrl,
    logger,
    ...(unlistenAfterMs !== undefined && { unlistenAfterMs }),
  });
  await bus.ready;
  return bus;
}

function part(chat_id: string): BusMessage {
  const piece = {
    from_seq: 1,
    seq: 1,
    index: 0,
    role: "assistant",
    part: { type: "text", text: "x" },
  } as const;
  return { type: "parts", chat_id, episode: "5.1", parts: [piece] };
}

const shardOf = (chat_id: string) => channelOf({ type: "chat", chat_id });

test("a replica with one watched chat hears no parts of chats in other shards", async () => {
  const [writer, reader] = await Promise.all([openBus(), openBus()]);
  const heard = Promise.withResolvers<void>();
  await reader.subscribe({ type: "chat", chat_id: "watched" }, (message) => {
    if (message.type === "deleted") heard.resolve();
  }).listening;
  const others = Array.from({ length: 500 }, (_, i) => `other-${i}`);
  const elsewhere = others.filter((id) => shardOf(id) !== shardOf("watched"));
  assert.ok(elsewhere.length > 400);
  for (const id of elsewhere) writer.publish(part(id));
  writer.publish(part("watched"));
  writer.publish({ type: "deleted", chat_id: "watched", owner_id: "o" });
  await heard.promise;
  assert.equal(reader.heard, 2);
  assert.equal(writer.heard, 0);
  await Promise.all([writer.close(), reader.close()]);
});

test("a channel is listened to from the first need until a while after the last", async () => {
  const bus = await openBus(20);
  assert.equal(bus.channels, 0);
  const first = bus.subscribe({ type: "chat", chat_id: "a" }, () => undefined);
  const second = bus.subscribe({ type: "chat", chat_id: "a" }, () => undefined);
  await Promise.all([first.listening, second.listening]);
  assert.equal(bus.channels, 1);
  first.end();
  second.end();
  await eventually(async () => bus.channels === 0);
  const heard = Promise.withResolvers<void>();
  const again = bus.subscribe({ type: "chat", chat_id: "a" }, () => heard.resolve());
  await again.listening;
  bus.publish(part("a"));
  await heard.promise;
  await bus.close();
});

test("messages of a burst go out in one statement, those of a channel in few payloads", async () => {
  const [writer, reader] = await Promise.all([openBus(), openBus()]);
  const ids = Array.from({ length: 40 }, (_, i) => `burst-${i}`);
  let seen = 0;
  const done = Promise.withResolvers<void>();
  const subscriptions = ids.map((chat_id) =>
    reader.subscribe({ type: "chat", chat_id }, (message) => {
      if (message.type === "parts") seen += message.parts.length;
      if (seen === ids.length * 20) done.resolve();
    }),
  );
  await Promise.all(subscriptions.map(({ listening }) => listening));
  for (let seq = 1; seq <= 20; seq++) {
    for (const chat_id of ids) {
      const message = part(chat_id);
      if (message.type !== "parts") continue;
      const parts = message.parts.map((each) => ({ ...each, from_seq: seq, seq }));
      writer.publish({ ...message, parts });
    }
  }
  await done.promise;
  // Parts of one chat that wait together travel as one message.
  assert.equal(reader.heard, ids.length);
  await Promise.all([writer.close(), reader.close()]);
});
