// Streams of a chat where something goes wrong: cursors that are too old, servers that leave, a database that is away,
// readers that do not read. With the live bus on and off: the same promises.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeCursor } from "../../api/streams/chat/model/cursor.ts";
import { StreamReader } from "../../api/streams/stream-reader.ts";
import { deleteChat } from "../../store/chat/delete-chat.ts";
import { editMessage } from "../../store/chat/edit-message.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aVisit, holdSink } from "../support/reader/held-sink.ts";
import { StreamClient } from "../support/reader/stream-client.ts";
import {
  assertEqualsStore,
  eventually,
  openStreamWorld,
  type Replica,
  type StreamWorld,
} from "../support/reader/stream-world.ts";
import { aChat, anIdleChat, text } from "../support/turn/chats.ts";

/** Looks often, so that what the bus does not say is seen soon; how often is no promise of these tests. */
const timing = { statePollMs: 200, idlePollMs: 200, offlineIdlePollMs: 30, silenceMs: 200 };

for (const bus of ["on", "off"] as const) {
  let database: TestDatabase;
  let world: StreamWorld;
  let a: Replica;
  let b: Replica;
  const named = (name: string) => `${name} (live bus ${bus})`;

  before(async () => {
    database = await createTestDatabase();
    world = await openStreamWorld(database.url, bus === "on");
    [a, b] = await Promise.all([world.replica({ timing }), world.replica({ timing })]);
  });
  after(async () => {
    await world.close();
    await database.drop();
  });

  test(
    named(
      "T5 a cursor that is foreign, from the future, cut off or no cursor at all means a reset and a snapshot",
    ),
    async () => {
      const chat = await anIdleChat(world.store);
      const other = await anIdleChat(world.store);
      const far = { version: 10_000_000, episode: null, seq: 0 };
      const cursors = [
        encodeCursor(other.id, { ...far, version: 1 }),
        encodeCursor(chat.id, far),
        "garbage!",
        "x".repeat(300),
      ];
      for (const cursor of cursors) {
        const reader = await new StreamClient(chat.id).connect(a.url, { cursor });
        await assertEqualsStore(world, reader, chat);
        assert.equal(reader.types()[0], "history_reset");
        await reader.cut();
      }
      const before = await new StreamClient(chat.id).connect(a.url);
      await before.untilCaughtUp();
      await before.cut();
      const [first] = await chat.history();
      const edit = {
        chat_id: chat.id,
        owner_id: world.store.userId,
        message_id: first?.id ?? 0,
        content: text("edited"),
        created_by: world.store.userId,
      };
      await inUnit(world.store, (unit) => editMessage(unit, edit));
      await before.connect(b.url);
      await assertEqualsStore(world, before, chat);
      await before.cut();
    },
  );

  test(
    named("T5 a cursor more than 200 messages behind means a reset; fewer are sent as they are"),
    async () => {
      const chat = await anIdleChat(world.store);
      const reader = await new StreamClient(chat.id).connect(a.url);
      await reader.untilCaughtUp();
      await reader.cut();
      const { snapshot_version } = await chat.row();
      await world.store.pool.query(
        `insert into messages (chat_id, turn_id, role, content, version) select $1, 1, 'user', '[]', $2 from generate_series(1, 190)`,
        [chat.id, snapshot_version + 1],
      );
      await world.store.pool.query("update chats set snapshot_version = snapshot_version + 1 where id = $1", [
        chat.id,
      ]);
      await reader.connect(b.url);
      await assertEqualsStore(world, reader, chat);
      assert.equal(reader.types().filter((type) => type === "history_reset").length, 1);
      await reader.cut();
      await world.store.pool.query(
        `insert into messages (chat_id, turn_id, role, content, version) select $1, 1, 'user', '[]', $2 from generate_series(1, 201)`,
        [chat.id, snapshot_version + 2],
      );
      await world.store.pool.query("update chats set snapshot_version = snapshot_version + 1 where id = $1", [
        chat.id,
      ]);
      await reader.connect(a.url, { query: "?messages=20" });
      await reader.until(
        "a snapshot of twenty",
        (view) => view.caught_up && view.messages.length === 20 && view.has_more,
      );
      assert.equal(reader.view.before_id, reader.view.messages[0]?.id);
      await reader.cut();
    },
  );

  test(
    named("S5 what a request has committed is in the snapshot of a reader who asks after it, at any replica"),
    async () => {
      const chat = await anIdleChat(world.store);
      const watching = await Promise.all(
        [a, b].map((replica) => new StreamClient(chat.id).connect(replica.url)),
      );
      await Promise.all(watching.map((reader) => reader.untilCaughtUp()));
      await chat.send("again");
      for (const replica of [a, b]) {
        const reader = await new StreamClient(chat.id).connect(replica.url);
        await reader.untilCaughtUp();
        assert.equal(reader.view.status, "running");
        await reader.cut();
      }
      const worker = await world.worker(chat);
      worker.say("here");
      await Promise.all(watching.map((reader) => reader.untilWriting("here")));
      worker.die();
      await Promise.all(watching.map((reader) => reader.cut()));
    },
  );

  test(
    named("T6 a server that shuts down sends its readers away with retry:, and they go on elsewhere"),
    async () => {
      const chat = await aChat(world.store);
      const leaving = await world.replica({ timing });
      const worker = await world.worker(chat);
      worker.say("a");
      const reader = await new StreamClient(chat.id).connect(leaving.url);
      await reader.untilWriting("a");
      leaving.hubs.close();
      await reader.untilEnded();
      assert.ok(reader.retryMs !== null && reader.retryMs > 0);
      worker.say("b");
      await reader.connect(a.url);
      await reader.untilWriting("ab");
      await worker.commit();
      await assertEqualsStore(world, reader, chat);
      await reader.cut();
    },
  );

  test(named("a deleted chat ends its streams, with nothing to come back for"), async () => {
    const chat = await aChat(world.store);
    const reader = await new StreamClient(chat.id).connect(a.url);
    await reader.untilCaughtUp();
    await inUnit(world.store, (unit) => deleteChat(unit, { chat_id: chat.id, owner_id: world.store.userId }));
    await reader.untilEnded();
    assert.equal(reader.retryMs, null);
    assert.ok(!reader.types().includes("error"));
  });

  test(named("a database that goes away ends streams with retry:, never with an error event"), async () => {
    let away = false;
    const db = new Proxy(world.store.pool, {
      get(pool, name) {
        if (name !== "query") return Reflect.get(pool, name) as unknown;
        return (...args: unknown[]) =>
          away
            ? Promise.reject(new Error("connection refused"))
            : (Reflect.apply(Reflect.get(pool, name) as () => unknown, pool, args) as unknown);
      },
    });
    const replica = await world.replica({ db, timing: { ...timing, readRetryMs: 5 } });
    const chat = await aChat(world.store);
    const reader = await new StreamClient(chat.id).connect(replica.url);
    await reader.untilCaughtUp();
    away = true;
    await reader.untilEnded();
    assert.ok(reader.retryMs !== null);
    assert.ok(!reader.types().includes("error"));
  });

  test(
    named("T9 a chat is read up to where a reader came and went, unless it asks not to be counted"),
    async () => {
      const chat = await anIdleChat(world.store);
      const lastRead = async () => (await chat.row()).last_read_message_id;
      const newest = (await chat.history()).at(-1)?.id ?? 0;
      const silent = await new StreamClient(chat.id).connect(a.url, { query: "?read=false" });
      await silent.untilCaughtUp();
      await silent.cut();
      assert.equal(await lastRead(), 0);
      const reader = await new StreamClient(chat.id).connect(a.url);
      await reader.untilCaughtUp();
      await eventually(async () => (await lastRead()) === newest);
      await chat.send("more");
      await chat.answer(text("yes"));
      await reader.cut();
      await eventually(async () => (await lastRead()) === (await chat.history()).at(-1)?.id);
    },
  );

  test(
    named(
      "T7 a reader that takes nothing is sent nothing more, and is brought up to date when it takes again",
    ),
    async () => {
      const chat = await aChat(world.store);
      const visit = aVisit();
      const held = a.hubs.hold(chat.id, visit);
      await held.watch.ready;
      const slow = holdSink(chat.id);
      const reader = new StreamReader({
        watch: held.watch,
        sink: slow.sink,
        place: { cursor: null, taken: null, messagesMax: 50 },
      });
      reader.start();
      const quick = await new StreamClient(chat.id).connect(a.url);
      const worker = await world.worker(chat);
      worker.say("start ");
      await slow.until(() => slow.text() === "start ");
      slow.stop();
      for (let i = 0; i < 300; i++) {
        worker.say(`${i} `);
        if (i % 10 === 0) await new Promise(setImmediate);
      }
      await quick.untilWriting(worker.text);
      const sent = slow.batches();
      for (let i = 0; i < 50; i++) worker.say("more ");
      await quick.untilWriting(worker.text);
      assert.equal(slow.batches(), sent, "nothing is sent to a reader that lags");
      slow.go();
      await slow.until(() => slow.text() === worker.text);
      slow.stop();
      await worker.commit();
      await assertEqualsStore(world, quick, chat);
      slow.go();
      const shown = await world.shown(chat);
      await slow.until(() => slow.checked.view.messages.length === shown.length);
      assert.deepEqual(slow.checked.view.messages, shown);
      assert.equal(slow.text(), "");
      assert.deepEqual(slow.checked.violations, []);
      reader.stop();
      visit.leave();
      await quick.cut();
    },
  );
}
