// Tests: messages that steer a running turn, and changes of the queue that race with it, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Refusal } from "../../../core/chat/refusal.ts";
import { changeQueued } from "../../../store/chat/change-queued.ts";
import { regenerate } from "../../../store/chat/regenerate.ts";
import { sendMessage } from "../../../store/chat/send-message.ts";
import { finishToolCall } from "../../../store/turn/calls/tool-executions.ts";
import { settle } from "../../../store/turn/settle.ts";
import { inUnit } from "../../../store/unit.ts";
import { createTestDatabase } from "../../support/database.ts";
import {
  aChat,
  anIdleChat,
  openStore,
  type TestChat,
  type TestStore,
  text,
  toolCall,
} from "../../support/turn/chats.ts";

let store: TestStore;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

/** A chat whose model has asked for a tool. */
async function withOpenCall(): Promise<TestChat> {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1")], { finish_reason: "tool_calls" });
  return chat;
}

test("Q7 Q12 a steered message has no options in the turn that it enters, and all of them when it is answered again", async () => {
  const chat = await withOpenCall();
  const sent = { chat_id: chat.id, owner_id: null, content: [{ type: "text", text: "now" } as const] };
  const options = { instructions: "In French.", output_schema: { type: "object" } };
  await inUnit(store, (unit) =>
    sendMessage(unit, { ...sent, ...options, busy_behavior: "steer", created_by: store.userId }),
  );
  await chat.settle({ type: "tools-done" });
  assert.equal((await chat.row()).turn_options, null);
  await inUnit(store, (unit) =>
    regenerate(unit, { chat_id: chat.id, owner_id: null, created_by: store.userId }),
  );
  assert.deepEqual((await chat.row()).turn_options, options);
});

test("Q7 steered messages enter the turn after its tools, in their own order and ahead of the others, and count no new turn", async () => {
  const chat = await withOpenCall();
  await chat.send("queued");
  await chat.send("first", "steer");
  await chat.send("second", "steer");
  const before_ = await chat.row();
  const outcome = await chat.settle({ type: "tools-done" });
  assert.equal(outcome.type === "next" && outcome.step.type, "call-model");
  assert.deepEqual(await chat.shortHistory(), [
    "user:hello",
    "assistant:call(c1)",
    "tool:result(c1)!",
    "user:first",
    "user:second",
  ]);
  const row = await chat.row();
  assert.deepEqual([await chat.queue(), row.queue_length, row.status], [["queued"], 1, "running"]);
  assert.deepEqual([row.current_turn_id, row.turn_steps], [before_.current_turn_id, 1]);
  assert.equal(outcome.snapshot_version, row.snapshot_version);
  const turns = new Set((await chat.history()).map(({ turn_id }) => turn_id));
  assert.deepEqual([...turns], [row.current_turn_id]);
});

test("Q7 a settle that is repeated steers once", async () => {
  const chat = await withOpenCall();
  await chat.send("this way", "steer");
  const key = await chat.key();
  const again = () =>
    inUnit(store, (unit) => settle(unit, { key, fence: { scheduled_ms: 0 } }, { type: "tools-done" }));
  const [first, second] = [await again(), await again()];
  assert.deepEqual(second.result, first.result);
  const said = (await chat.shortHistory()).filter((line) => line === "user:this way");
  assert.equal(said.length, 1);
});

test("Q7 a turn that ends without tools leaves a steered message in its place in the queue", async () => {
  const chat = await aChat(store);
  await chat.send("queued");
  await chat.send("steered", "steer");
  assert.equal((await chat.answer(text("done"))).type, "moved");
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:done", "user:queued"]);
  assert.deepEqual(await chat.queue(), ["steered"]);
  // It may still steer the turn that comes before its own.
  await chat.answer([toolCall("c1")]);
  await chat.settle({ type: "tools-done" });
  assert.deepEqual([(await chat.shortHistory()).at(-1), await chat.queue()], ["user:steered", []]);
});

test("Q7 a steered message begins a turn at once where none runs, and waits where the turn is being interrupted", async () => {
  const idle = await anIdleChat(store);
  assert.equal((await idle.send("now", "steer")).queued, false);
  const stopping = await withOpenCall();
  await stopping.interrupt();
  await stopping.send("later", "steer");
  const row = await stopping.row();
  assert.deepEqual([row.status, await stopping.queue()], ["interrupting", ["later"]]);
  await stopping.settle({ type: "tools-done" });
  const history = await stopping.history();
  assert.equal(history.at(-1)?.turn_id, history.at(-1)?.id, "it begins a turn of its own");
});

test("Q7 a turn that the end of its tools ends takes in no steered message", async () => {
  const chat = await withOpenCall();
  await chat.send("steered", "steer");
  const stops = { ...store, stopsTurn: () => true };
  const key = await chat.key();
  await store.pool.query(
    "insert into tool_executions (chat_id, tool_call_id, tool_name, attempts) values ($1, 'c1', 'grep', 1)",
    [chat.id],
  );
  const done = {
    chat_id: chat.id,
    tool_call_id: "c1",
    result: { ok: true },
    is_error: false,
    truncated: false,
  };
  await finishToolCall(store.pool, done);
  const attempt = { key, fence: { scheduled_ms: 0 } };
  const { result } = await inUnit(stops, (unit) => settle(unit, attempt, { type: "tools-done" }));
  assert.equal(result.type, "moved");
  const last = (await chat.history()).at(-1);
  assert.deepEqual([last?.role, last?.turn_id], ["user", last?.id]);
});

test("Q9 a change of a queued message that races with its promotion finds it or refuses in words, and nothing is lost", async () => {
  for (let round = 0; round < 8; round++) {
    const chat = await aChat(store);
    await chat.send("a");
    const queued_message_id = await chat.queuedId("a");
    const { fence } = await chat.attempt();
    const input = { chat_id: chat.id, owner_id: store.userId, queued_message_id };
    const changing = inUnit(store, (unit) => changeQueued(unit, { ...input, content: text("A") }));
    const settling = chat.commit(fence, text("done"));
    const [changed] = await Promise.allSettled([changing, settling]);
    const last = (await chat.shortHistory()).at(-1);
    if (changed.status === "fulfilled") {
      assert.equal(last, "user:A");
    } else {
      assert.ok(changed.reason instanceof Refusal && changed.reason.code === "queued_message_not_found");
      assert.equal(last, "user:a");
    }
    assert.deepEqual([await chat.queue(), (await chat.row()).queue_length], [[], 0]);
  }
});

test("Q9 a position beyond the end is the last place, and the order is kept by promotion", async () => {
  const chat = await aChat(store);
  for (const value of ["a", "b", "c"]) await chat.send(value);
  const queued_message_id = await chat.queuedId("a");
  const input = { chat_id: chat.id, owner_id: store.userId, queued_message_id, position: 900 };
  const { result } = await inUnit(store, (unit) => changeQueued(unit, input));
  assert.deepEqual([result.position, await chat.queue()], [3, ["b", "c", "a"]]);
  await chat.answer(text("one"));
  assert.equal((await chat.shortHistory()).at(-1), "user:b");
});
