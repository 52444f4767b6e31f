// Tests: the last answer again, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { regenerate } from "../../../store/chat/regenerate.ts";
import { inUnit } from "../../../store/unit.ts";
import { startTestApi, type TestApi } from "../../support/api.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  aChat,
  anIdleChat,
  openStore,
  refuses,
  type TestChat,
  type TestStore,
  text,
} from "../../support/turn/chats.ts";

let database: TestDatabase;
let store: TestStore;
let api: TestApi;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
  api = await startTestApi();
});
after(async () => {
  await api.stop();
  await store.pool.end();
  await database.drop();
});

function again(chat: TestChat, message_id?: number) {
  const owner_id = store.userId;
  return inUnit(store, (unit) =>
    regenerate(unit, { chat_id: chat.id, owner_id, message_id, created_by: owner_id }),
  );
}

test("E7 E1 the newest user message is put in anew with its model, under a new id; answer and queue go", async () => {
  const chat = await anIdleChat(store);
  await chat.send("second");
  await chat.answer(text("the answer"));
  await chat.send("third");
  await chat.send("queued");
  const before_ = await chat.history();
  const question = before_.at(-1);
  const { result, outbox } = await again(chat);
  assert.deepEqual(await chat.shortHistory(), [
    "user:hello",
    "assistant:hi",
    "user:second",
    "assistant:the answer",
    "user:third",
  ]);
  assert.deepEqual([result.deleted_message_ids, await chat.queue()], [[question?.id], []]);
  assert.ok(result.message.id > (question?.id ?? 0));
  assert.deepEqual(
    [result.message.model_config_id, result.message.reasoning_effort],
    [question?.model_config_id, question?.reasoning_effort],
  );
  const row = await chat.row();
  assert.deepEqual(
    [row.status, row.current_turn_id, row.reset_version],
    ["running", result.message.id, row.snapshot_version],
  );
  assert.deepEqual(
    outbox.map((entry) => [entry.kind, entry.signal]),
    [["start", "messageEdited"]],
  );
});

test("E7 an older message is answered again where it is named: all after it goes", async () => {
  const chat = await anIdleChat(store);
  await chat.send("second");
  await chat.answer(text("two"));
  const [first, , second] = await chat.history();
  await again(chat, first?.id);
  assert.deepEqual(await chat.shortHistory(), ["user:hello"]);
  await assert.rejects(again(chat, second?.id), refuses("nothing_to_regenerate"));
});

test("E3 a worker that finishes the old answer cannot write it after a regeneration", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  await again(chat);
  assert.equal((await chat.commit(fence, text("too late"))).type, "superseded");
  assert.deepEqual(await chat.shortHistory(), ["user:hello"]);
});

test("E7 a chat in error is tried again, and its error is cleared", async () => {
  const chat = await aChat(store);
  await chat.fail();
  await again(chat);
  const row = await chat.row();
  assert.deepEqual([row.status, row.last_error], ["running", null]);
});

test("E7 nothing to answer again is refused, and so is an archived chat; nothing changes", async () => {
  const chat = await anIdleChat(store);
  const answer = (await chat.history())[1];
  const { snapshot_version } = await chat.row();
  await assert.rejects(again(chat, answer?.id), refuses("nothing_to_regenerate"));
  await store.pool.query("update messages set deleted_at = now() where chat_id = $1", [chat.id]);
  await assert.rejects(again(chat), refuses("nothing_to_regenerate"));
  await store.pool.query("update chats set archived = true where id = $1", [chat.id]);
  await assert.rejects(again(chat), refuses("chat_archived"));
  assert.equal((await chat.row()).snapshot_version, snapshot_version);
});

test("E7 Q10 POST regenerate answers with the running chat, once for each Idempotency-Key; others' chats are not found", async () => {
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "hello" } });
  const headers = { "Idempotency-Key": "again-1" };
  const first = await api.call(`POST /v1/chats/${chat.id}/regenerate`, { headers });
  const twin = await api.call(`POST /v1/chats/${chat.id}/regenerate`, { headers });
  assert.deepEqual([first.status, first.body.status], [200, "running"]);
  assert.ok(first.body.current_turn_id > chat.current_turn_id);
  assert.deepEqual(twin.body, first.body);
  const { key } = await api.newKey();
  const other = await api.call(`POST /v1/chats/${chat.id}/regenerate`, { key });
  assert.deepEqual([other.status, other.body.code], [404, "chat_not_found"]);
});
