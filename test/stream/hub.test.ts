// Streams of a chat at real HTTP replicas, on a real database, with the live bus on and off: the same promises.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { episodeName } from "../../core/part/stream-part.ts";
import { editMessage } from "../../store/chat/edit-message.ts";
import { interruptChat } from "../../store/chat/interrupt-chat.ts";
import { claimToolCall } from "../../store/turn/calls/tool-executions.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { StreamClient } from "../support/reader/stream-client.ts";
import {
  assertEqualsStore,
  openStreamWorld,
  type Replica,
  type StreamWorld,
} from "../support/reader/stream-world.ts";
import { aChat, failedCall, text } from "../support/turn/chats.ts";

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
      await assertEqualsStore(world, reader, chat);
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
      await assertEqualsStore(world, reader, chat);
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
      await assertEqualsStore(world, reader, chat);
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
    await assertEqualsStore(world, reader, chat);
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
    const failure = failedCall(error, { retry_base_ms: 1, now_ms: Date.now() });
    await chat.settle({ type: "failed", failure }, failed.fence);
    failed.leave();
    await reader.until("a retry", (view) => view.retry !== null);
    await reader.untilWriting("");
    assert.deepEqual(reader.types().slice(-2), ["retry", "preview_reset"]);
    const next = await world.worker(chat);
    next.say("whole");
    await reader.untilWriting("whole");
    assert.equal(reader.view.retry, null);
    await next.commit();
    await assertEqualsStore(world, reader, chat);
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
    for (const tool_call_id of ["t1", "t2"]) {
      const call = { chat_id: chat.id, tool_call_id, tool_name: "grep", scheduled_ms: 0 };
      await inUnit(world.store, (unit) => claimToolCall(unit.tx, call));
    }
    const streams = ["t1", "t2"].map((id) => ({
      id,
      parts: worker.open(episodeName(history_version, 1, id), "tool", id),
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
    await chat.settle({ type: "tools-done" });
    for (const { parts } of streams) parts.close();
    world.heartbeats.delete(chat.id);
    await assertEqualsStore(world, reader, chat);
    await late.connect(a.url);
    await assertEqualsStore(world, late, chat);
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
      await assertEqualsStore(world, reader, chat);
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
        await assertEqualsStore(world, reader, chat);
        await reader.cut();
      }
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
      world.lose = (message) => message.type !== "watched" && ++count % 3 === 0;
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
      await assertEqualsStore(world, reader, chat);
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
