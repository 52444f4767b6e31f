// Streams of a chat at real HTTP replicas, on a real database, with the live bus on and off: the same promises.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeCursor } from "../api/cursor.ts";
import { shownContent } from "../core/chat-reducer.ts";
import { episodeName } from "../core/stream-part.ts";
import { commitToolResults } from "../store/commit-step.ts";
import { deleteChat } from "../store/delete-chat.ts";
import { editMessage } from "../store/edit-message.ts";
import { interruptChat } from "../store/interrupt-chat.ts";
import { recordFailure } from "../store/record-retry.ts";
import { inUnit } from "../store/unit.ts";
import { aChat, anIdleChat, type TestChat, text } from "./support/chats.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { StreamClient } from "./support/stream-client.ts";
import { openStreamWorld, type Replica, type StreamWorld } from "./support/stream-world.ts";

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

  /** The reader shows exactly what the store holds, and the stream broke no promise on the way there. */
  async function assertEqualsStore(reader: StreamClient, chat: TestChat): Promise<void> {
    const { snapshot_version, status, history_version } = await chat.row();
    const shown = await world.shown(chat);
    await reader.until(
      `version ${snapshot_version}`,
      (view) =>
        view.caught_up &&
        view.history_version === history_version &&
        view.status === status &&
        view.messages.length === shown.length &&
        shownContent(view).length === shown.length,
    );
    assert.deepEqual(reader.view.messages, shown);
    assert.deepEqual(reader.violations, []);
  }

  test(
    named("T1 a reader in mid-answer gets the snapshot, what was written, caught_up, then the rest live"),
    async () => {
      const chat = await aChat(world.store);
      const worker = await world.worker(chat);
      for (const word of ["one ", "two ", "three "]) worker.say(word);
      const reader = await new StreamClient(chat.id).connect(a.url);
      await reader.untilCaughtUp();
      await reader.untilWriting("one two three ");
      worker.say("four");
      await reader.untilWriting("one two three four");
      await worker.commit();
      await assertEqualsStore(reader, chat);
      const types = reader.types();
      assert.deepEqual(types.slice(0, 6), [
        "history_reset",
        "chat",
        "messages",
        "queue_update",
        "status",
        "preview_reset",
      ]);
      assert.equal(types.filter((type) => type === "history_reset" || type === "caught_up").length, 2);
      await reader.cut();
    },
  );

  test(
    named(
      "T4 readers cut at any moment and resumed at any replica show each part once and end like the store",
    ),
    async () => {
      const chat = await aChat(world.store);
      const reader = await new StreamClient(chat.id).connect(a.url);
      for (let step = 0; step < 3; step++) {
        const worker = await world.worker(chat);
        for (let i = 0; i < 60; i++) {
          worker.say(`${step}.${i} `, i % 7 === 0 ? 1 : 0);
          if (i % 3 === 0) await new Promise(setImmediate);
          if (i % 13 === 0) {
            const seen = reader.events.length;
            await reader.until("something new", () => reader.events.length > seen || reader.view.caught_up);
            await reader.cut();
            await reader.connect(i % 2 === 0 ? a.url : b.url);
          }
        }
        await worker.commit();
        if (step < 2) await chat.send(`next ${step}`);
      }
      await assertEqualsStore(reader, chat);
      assert.equal(
        reader.types().filter((type) => type === "history_reset").length,
        1,
        "the thread is not replayed",
      );
      await reader.cut();
    },
  );

  test(
    named(
      "I5 after a worker's death the answer is withdrawn to the checkpoint and goes on from there, doubled nowhere",
    ),
    async () => {
      const chat = await aChat(world.store);
      const reader = await new StreamClient(chat.id).connect(a.url);
      const lost = await world.worker(chat);
      lost.say("kept ");
      await lost.parts.checkpointNow();
      await reader.untilWriting("kept ");
      lost.die();
      const next = await world.worker(chat);
      next.say("and more");
      await reader.untilWriting("kept and more");
      assert.ok(
        reader.events.some(
          ({ type, data }) => type === "preview_reset" && isEpisode(data, next.parts.episode),
        ),
      );
      await next.commit();
      await assertEqualsStore(reader, chat);
      await reader.cut();
    },
  );

  test(named("T4 an answer far larger than a heartbeat is whole for a reader who comes late"), async () => {
    const chat = await aChat(world.store);
    const worker = await world.worker(chat);
    for (let i = 0; i < 60; i++) {
      worker.say(`${i} ${"x".repeat(3_000)}\n`);
      if (i % 20 === 0) await worker.parts.checkpointNow();
    }
    await worker.parts.checkpointNow();
    const reader = await new StreamClient(chat.id).connect(b.url);
    await reader.untilWriting(worker.text);
    await worker.commit();
    await assertEqualsStore(reader, chat);
    await reader.cut();
  });

  test(named("X1 a failed attempt shows a retry, then the next attempt in its place"), async () => {
    const chat = await aChat(world.store);
    const reader = await new StreamClient(chat.id).connect(a.url);
    const failed = await world.worker(chat);
    failed.say("half an answ");
    await reader.untilWriting("half an answ");
    const error = {
      message: "busy",
      kind: "overloaded",
      provider: null,
      retryable: true,
      status_code: 529,
      detail: null,
    } as const;
    const failure = { error, retry_after_ms: null, answer: null, retry_base_ms: 1, now_ms: Date.now() };
    const key = await chat.key();
    await inUnit(world.store, (unit) => recordFailure(unit, { key, fence: failed.fence }, failure));
    failed.leave();
    await reader.until("a retry", (view) => view.retry !== null);
    await reader.untilWriting("");
    assert.deepEqual(reader.types().slice(-2), ["retry", "preview_reset"]);
    const next = await world.worker(chat);
    next.say("whole");
    await reader.untilWriting("whole");
    assert.equal(reader.view.retry, null);
    await next.commit();
    await assertEqualsStore(reader, chat);
    await reader.cut();
  });

  test(named("T3 output of tools streams beside each other, and their results take its place"), async () => {
    const chat = await aChat(world.store);
    const reader = await new StreamClient(chat.id).connect(a.url);
    const worker = await world.worker(chat);
    for (const id of ["t1", "t2"]) {
      worker.push(Number(id === "t2"), { type: "tool-call", tool_call_id: id, tool_name: "grep", args: {} });
    }
    await worker.commit();
    const { history_version } = await chat.row();
    const streams = ["t1", "t2"].map((id) => ({
      id,
      parts: worker.open(episodeName(history_version, 0, id), "tool", id),
    }));
    for (const line of ["a\n", "b\n"]) {
      for (const { id, parts } of streams)
        parts.push(0, { type: "tool-result", tool_call_id: id, result_delta: line });
    }
    await reader.until(
      "output of both",
      (view) => output(view, "t1") === "a\nb\n" && output(view, "t2") === "a\nb\n",
    );
    const late = await new StreamClient(chat.id).connect(b.url);
    await late.until(
      "output of both",
      (view) => output(view, "t1") === "a\nb\n" && output(view, "t2") === "a\nb\n",
    );
    await late.cut();
    const key = await chat.key();
    await inUnit(world.store, (unit) => commitToolResults(unit, key));
    for (const { parts } of streams) parts.close();
    world.heartbeats.delete(chat.id);
    await assertEqualsStore(reader, chat);
    await late.connect(a.url);
    await assertEqualsStore(late, chat);
    await Promise.all([reader.cut(), late.cut()]);
  });

  test(
    named("I1 an interrupted answer is committed as it was shown; the queued message begins its turn"),
    async () => {
      const chat = await aChat(world.store);
      const reader = await new StreamClient(chat.id).connect(a.url);
      const worker = await world.worker(chat);
      worker.push(0, { type: "reasoning", text: "hm" });
      worker.say("so fa", 1);
      await reader.untilWriting("so fa");
      await chat.send("next");
      await reader.until("a queue", (view) => view.queued_messages.length === 1);
      await inUnit(world.store, (unit) =>
        interruptChat(unit, { chat_id: chat.id, owner_id: world.store.userId }),
      );
      await worker.commit();
      await reader.until(
        "the next turn",
        (view) => view.queued_messages.length === 0 && view.status === "running",
      );
      const next = await world.worker(chat);
      next.say("answer to next");
      await next.commit();
      await assertEqualsStore(reader, chat);
      await reader.cut();
    },
  );

  test(
    named(
      "E4 an edit reaches readers of every replica as a reset, and no part of the old answer comes after it",
    ),
    async () => {
      const chat = await aChat(world.store);
      const readers = await Promise.all(
        [a, b].map((replica) => new StreamClient(chat.id).connect(replica.url)),
      );
      const old = await world.worker(chat);
      old.say("old answer");
      await Promise.all(readers.map((reader) => reader.untilWriting("old answer")));
      const [first] = await chat.history();
      const edit = {
        chat_id: chat.id,
        owner_id: world.store.userId,
        message_id: first?.id ?? 0,
        content: text("edited"),
        created_by: world.store.userId,
      };
      await inUnit(world.store, (unit) => editMessage(unit, edit));
      old.say(" goes on");
      await old.parts.checkpointNow();
      const next = await world.worker(chat);
      old.die();
      next.say("new answer");
      await Promise.all(
        readers.map((reader) => reader.until("the new answer", () => reader.writing.endsWith("new answer"))),
      );
      await next.commit();
      for (const reader of readers) {
        assert.ok(!reader.view.messages.some((message) => message.id === first?.id));
        await assertEqualsStore(reader, chat);
        await reader.cut();
      }
    },
  );

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
        await assertEqualsStore(reader, chat);
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
      await assertEqualsStore(before, chat);
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
      await assertEqualsStore(reader, chat);
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
      await assertEqualsStore(reader, chat);
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
          away ? Promise.reject(new Error("connection refused")) : Reflect.apply(pool.query, pool, args);
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
    named("T2 one change tells messages, queue, status and reset in order, with one id at its end"),
    async () => {
      const chat = await aChat(world.store);
      const reader = await new StreamClient(chat.id).connect(a.url);
      const worker = await world.worker(chat);
      worker.say("x");
      await reader.untilWriting("x");
      await chat.send("queued");
      await reader.until("a queue", (view) => view.queued_messages.length === 1);
      const from = reader.events.length;
      await worker.commit();
      await reader.until(
        "the next turn",
        (view) => view.queued_messages.length === 0 && view.messages.length === 3,
      );
      await reader.until("the whole change", () => reader.events.at(-1)?.id !== null);
      const change = reader.events.slice(from);
      assert.deepEqual(
        change.map((event) => event.type),
        ["messages", "queue_update", "status"],
      );
      assert.deepEqual(
        change.map((event) => event.id !== null),
        [false, false, true],
      );
      const ids = reader.events.flatMap((event) => event.id ?? []);
      assert.equal(new Set(ids).size, ids.length, "no two events have one id");
      await reader.cut();
    },
  );

  if (bus === "on") {
    test("T4 with every third NOTIFY lost, parts and announcements alike, readers end like the store", async () => {
      let count = 0;
      world.lose = (message) => message.type !== "checkpoint_wanted" && ++count % 3 === 0;
      const chat = await aChat(world.store);
      const reader = await new StreamClient(chat.id).connect(a.url);
      for (let step = 0; step < 2; step++) {
        const worker = await world.worker(chat);
        for (let i = 0; i < 40; i++) {
          worker.say(`${i} `);
          await new Promise(setImmediate);
        }
        await reader.untilWriting(worker.text);
        await worker.commit();
        if (step === 0) await chat.send("next");
      }
      await assertEqualsStore(reader, chat);
      world.lose = () => false;
      await reader.cut();
    });
  }
}

function isEpisode(data: unknown, episode: string): boolean {
  return (data as { episode?: string }).episode === episode;
}

function output(view: StreamClient["view"], slot: string): string {
  const parts = [...(view.previews.get(slot)?.content.values() ?? [])];
  return parts.map((part) => (part.type === "tool-output" ? part.text : "")).join("");
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
