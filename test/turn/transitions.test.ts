// Tests: the transitions of a chat on a real database, by the marks of the specification.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { endAttempt, type WrittenAnswer } from "../../activities/attempt/end-attempt.ts";
import { lostAttemptsMax } from "../../core/chat/limits.ts";
import { changeQueued, deleteQueued } from "../../store/chat/change-queued.ts";
import { createChat } from "../../store/chat/create-chat.ts";
import { patchChat } from "../../store/chat/patch-chat.ts";
import { promoteQueued } from "../../store/chat/promote-queued.ts";
import { CHAT_COLUMNS } from "../../store/row/chat-row.ts";
import { beginAttempt, releaseAttempt } from "../../store/turn/begin-attempt.ts";
import { fenceOf } from "../../store/turn/standing.ts";
import { transition } from "../../store/turn/transition.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  aChat,
  anIdleChat,
  failedCall,
  openStore,
  refuses,
  type TestChat,
  type TestStore,
  text,
  toolCall,
} from "../support/turn/chats.ts";

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

test("S1 any change to messages raises history_version and zeroes the attempt; a new attempt clears the retry", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  assert.deepEqual([fence.history_version, fence.generation_attempt], [1, 1]);
  const result = await chat.settle({ type: "failed", failure: failedCall() }, fence);
  assert.equal(result.type, "retry");
  assert.equal((await chat.row()).retry?.attempt, 1);
  const second = await chat.attempt();
  assert.equal((await chat.row()).retry, null);
  await chat.commit(second.fence, text("hi"));
  const row = await chat.row();
  assert.deepEqual([row.history_version, row.generation_attempt, row.provider_failures], [2, 0, 0]);
});

test("S2 leaving error clears last_error", async () => {
  const chat = await aChat(store);
  await chat.fail();
  assert.equal((await chat.row()).last_error?.kind, "overloaded");
  await chat.send("again");
  const row = await chat.row();
  assert.deepEqual([row.status, row.last_error], ["running", null]);
});

test("S4 a user message finds every open call answered with an error, exactly once and before it", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1"), toolCall("c2")]);
  await chat.edit((await chat.history())[0]?.id ?? 0, "other");
  assert.deepEqual(await chat.shortHistory(), ["user:other"]);
  const asking = await aChat(store);
  await asking.answer([toolCall("c3")]);
  await asking.interrupt();
  await asking.send("next");
  await asking.settle({ type: "interrupted", answer: null });
  assert.deepEqual(await asking.shortHistory(), [
    "user:hello",
    "assistant:call(c3)",
    "tool:result(c3)!",
    "user:next",
  ]);
});

test("S6 a chat in an impossible state is repaired to error, with words, and goes on", async () => {
  const chat = await aChat(store);
  await chat.send("queued");
  await store.pool.query("update chats set status = 'waiting' where id = $1", [chat.id]);
  const sent = await chat.send("later");
  assert.equal(sent.queued, true);
  const row = await chat.row();
  assert.deepEqual([row.status, await chat.queue()], ["running", ["later"]]);
});

test("S7 writers of one chat are serial, and none is lost", async () => {
  const chat = await aChat(store);
  await Promise.all(Array.from({ length: 12 }, (_, i) => chat.send(`m${i}`)));
  const row = await chat.row();
  assert.equal(row.queue_length, 12);
  assert.equal(row.snapshot_version, 13);
  assert.equal(new Set(await chat.queue()).size, 12);
});

test("S7 archiving locks a tree in id order, so that two requests for it cannot deadlock", async () => {
  const chats = await Promise.all([anIdleChat(store), anIdleChat(store), anIdleChat(store)]);
  const root = chats[0];
  const ids = chats.slice(1).map((chat) => chat.id);
  await store.pool.query("update chats set parent_chat_id = $1, root_chat_id = $1 where id = any($2)", [
    root.id,
    ids,
  ]);
  const archive = (chat_id: string, archived: boolean) =>
    inUnit(store, (unit) => patchChat(unit, { chat_id, owner_id: store.userId, archived }));
  await Promise.all(chats.flatMap((chat) => [archive(chat.id, true), archive(chat.id, true)]));
  for (const chat of chats) assert.equal((await chat.row()).archived, true);
  await archive(root.id, false);
  const busy = chats[1];
  await busy.send("work");
  await assert.rejects(archive(root.id, true), refuses("chat_busy"));
  assert.equal((await root.row()).archived, false);
});

test("S3 what the table does not list is refused, and nothing is announced", async () => {
  const chat = await anIdleChat(store);
  store.announced.length = 0;
  const finish = inUnit(store, (unit) =>
    transition(unit, { name: "finish_turn", chat_id: chat.id }, async () => 0),
  );
  await assert.rejects(finish, refuses("transition_refused"));
  assert.deepEqual(store.announced, []);
});

test("Q1 an unknown model is refused and no row appears", async () => {
  const id = crypto.randomUUID();
  const input = { id, owner_id: store.userId, content: text("x"), model_config_id: crypto.randomUUID() };
  await assert.rejects(
    inUnit(store, (unit) => createChat(unit, input)),
    refuses("model_config_not_found"),
  );
  const { rows } = await store.pool.query("select 1 from chats where id = $1", [id]);
  assert.equal(rows.length, 0);
});

test("Q2 a busy chat queues a message, and its history and turn are untouched", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  const sent = await chat.send("later");
  assert.equal(sent.queued, true);
  assert.deepEqual(fenceOf(await chat.row()), fence);
  assert.deepEqual(await chat.shortHistory(), ["user:hello"]);
});

test("Q3 a new message never overtakes older queued ones", async () => {
  const chat = await aChat(store);
  await chat.send("a");
  await chat.send("b");
  await chat.fail();
  const sent = await chat.send("c");
  assert.deepEqual([sent.queued, sent.messages.length], [true, 1]);
  assert.deepEqual(await chat.queue(), ["b", "c"]);
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "user:a"]);
});

test("Q4 the twenty-first queued message is refused", async () => {
  const chat = await aChat(store);
  for (let i = 0; i < 20; i++) await chat.send(`m${i}`);
  await assert.rejects(chat.send("one too many"), refuses("queue_full"));
  assert.equal((await chat.queue()).length, 20);
});

test("Q5 a queued model that is gone falls back to the default; without a default the chat fails and keeps its queue", async () => {
  const chat = await aChat(store);
  await chat.send("a");
  await chat.send("b");
  await store.pool.query("update queued_messages set model_config_id = $2 where chat_id = $1", [
    chat.id,
    crypto.randomUUID(),
  ]);
  const moved = await chat.answer(text("one"));
  assert.equal(moved.type, "moved");
  assert.equal((await chat.row()).turn_model_config_id, store.modelId);
  await store.pool.query("update model_configs set enabled = false");
  try {
    const key = await chat.key();
    const { result: begun } = await inUnit(store, (unit) => beginAttempt(unit, key));
    if (begun.type !== "refused") throw new Error(`not refused but ${begun.type}`);
    await chat.settle({ type: "failed", failure: { error: begun.error, answer: null } }, begun.fence);
    const row = await chat.row();
    assert.deepEqual([row.status, row.last_error?.kind, row.queue_length], ["error", "config", 1]);
  } finally {
    await store.pool.query("update model_configs set enabled = true");
  }
});

test("Q6 promotion is atomic with the end of the turn", async () => {
  const chat = await aChat(store);
  await chat.send("a");
  await chat.send("b");
  const outcome = await chat.answer(text("one"));
  const row = await chat.row();
  assert.deepEqual([outcome.type, row.status, row.queue_length], ["moved", "running", 1]);
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:one", "user:a"]);
});

test("Q7 busy_behavior interrupt keeps the partial answer before the new message", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  await chat.send("no, this", "interrupt");
  assert.equal((await chat.row()).status, "interrupting");
  const answer = { role: "assistant" as const, content: text("half an ans"), interrupted: true };
  await chat.settle({ type: "interrupted", answer }, fence);
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:half an ans", "user:no, this"]);
});

test("Q8 promoting B of A, B, C runs B, then A, then C", async () => {
  const chat = await aChat(store);
  for (const value of ["a", "b", "c"]) await chat.send(value);
  const queued_message_id = await chat.queuedId("b");
  const input = { chat_id: chat.id, owner_id: store.userId, queued_message_id };
  const { result } = await inUnit(store, (unit) => promoteQueued(unit, input));
  assert.equal(result.message, null);
  assert.deepEqual([(await chat.row()).status, await chat.queue()], ["interrupting", ["b", "a", "c"]]);
  await chat.settle({ type: "interrupted", answer: null });
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "user:b"]);
  const missing = inUnit(store, (unit) => promoteQueued(unit, { ...input, queued_message_id: 1 }));
  await assert.rejects(missing, refuses("queued_message_not_found"));
});

/** Puts a running chat with open calls into requires_action, as the client's tools will. */
async function requireAction(chat: TestChat) {
  await inUnit(store, (unit) =>
    transition(unit, { name: "enter_requires_action", chat_id: chat.id }, async (draft) => {
      draft.change.status = "requires_action";
      draft.change.required_action = { tool_calls: [], deadline_at: null };
    }),
  );
}

test("Q8 I3 in requires_action the cancelled results come first, then the promoted message", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1")]);
  await requireAction(chat);
  await chat.send("a");
  assert.equal((await chat.row()).status, "requires_action");
  const input = { chat_id: chat.id, owner_id: store.userId, queued_message_id: await chat.queuedId("a") };
  await inUnit(store, (unit) => promoteQueued(unit, input));
  assert.deepEqual(await chat.shortHistory(), [
    "user:hello",
    "assistant:call(c1)",
    "tool:result(c1)!",
    "user:a",
  ]);
  assert.equal((await chat.row()).required_action, null);
});

test("I3 an interrupt in requires_action closes the calls and the turn goes on", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1")]);
  await requireAction(chat);
  const { result, outbox } = await chat.interrupt();
  assert.equal(result.status, "running");
  assert.equal(outbox[0]?.kind, "start");
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:call(c1)", "tool:result(c1)!"]);
  await chat.answer(text("fine"));
  assert.equal((await chat.row()).status, "waiting");
});

test("Q9 queued messages can be edited, moved and deleted", async () => {
  const chat = await aChat(store);
  for (const value of ["a", "b", "c"]) await chat.send(value);
  const at = async (value: string) => ({
    chat_id: chat.id,
    owner_id: store.userId,
    queued_message_id: await chat.queuedId(value),
  });
  const b = await at("b");
  await inUnit(store, (unit) => changeQueued(unit, { ...b, content: text("B"), position: 1 }));
  assert.deepEqual(await chat.queue(), ["B", "a", "c"]);
  const a = await at("a");
  await inUnit(store, (unit) => deleteQueued(unit, a));
  assert.deepEqual([await chat.queue(), (await chat.row()).queue_length], [["B", "c"], 2]);
  await assert.rejects(
    inUnit(store, (unit) => deleteQueued(unit, a)),
    refuses("queued_message_not_found"),
  );
});

test("X1 X8 attempts that an outage or a bug cuts short are not counted as lost workers", async () => {
  const chat = await aChat(store);
  const row = await chat.row();
  const answer = { role: "assistant" as const, content: [] };
  const written: WrittenAnswer = {
    cut: () => answer,
    finished: () => ({ type: "answered", answer }),
    mayBeEmpty: true,
  };
  const deps = {
    store,
    retryBaseMs: 1,
    retryWaitMaxMs: 1,
    shutdown: new AbortController().signal,
  };
  const parts = { checkpointNow: () => Promise.resolve() };
  const failure = Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" });
  // More than a turn may lose workers.
  for (let tries = 0; tries < lostAttemptsMax + 2; tries++) {
    const { fence } = await chat.attempt();
    const ended = { key: await chat.key(), fence, chat: row, written, parts, failure };
    await assert.rejects(endAttempt(deps, ended), { code: "EAI_AGAIN" });
  }
  assert.equal((await chat.row()).lost_attempts, 0);
});

test("X1 O10 an attempt whose worker was taken for lost, and lives, is not counted as a lost worker", async () => {
  const chat = await aChat(store);
  const dead = await chat.attempt();
  const alive = await chat.attempt();
  await chat.attempt();
  assert.equal((await chat.row()).lost_attempts, 2);
  await inUnit(store, (unit) => releaseAttempt(unit, chat.id, alive.fence));
  const { lost_attempts, attempt_open } = await chat.row();
  assert.deepEqual([lost_attempts, attempt_open], [1, true]);
  const another = { ...dead.fence, history_version: dead.fence.history_version + 1 };
  await inUnit(store, (unit) => releaseAttempt(unit, chat.id, another));
  assert.equal((await chat.row()).lost_attempts, 1);
});

test("O3 the chat row names every column of its table", async () => {
  const { rows } = await store.pool.query<{ name: string }>(
    "select column_name as name from information_schema.columns where table_name = 'chats' order by 1",
  );
  assert.deepEqual(
    [...CHAT_COLUMNS].map(String).sort((a, b) => (a < b ? -1 : 1)),
    rows.map(({ name }) => name),
  );
});
