// Tests: forks of chats, on a real database.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { forkedMessagesMax } from "../../../core/chat/limits.ts";
import { type ForkChatInput, forkChat } from "../../../store/chat/fork-chat.ts";
import { readPromptMessages } from "../../../store/row/messages.ts";
import { inUnit } from "../../../store/unit.ts";
import { createTestDatabase } from "../../support/database.ts";
import {
  aChat,
  anIdleChat,
  openStore,
  refuses,
  TestChat,
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

async function fork(source: TestChat, more: Partial<ForkChatInput> = {}): Promise<TestChat> {
  const id = randomUUID();
  const input = { id, chat_id: source.id, owner_id: store.userId, title: () => "forked", ...more };
  await inUnit(store, (unit) => forkChat(unit, input));
  return new TestChat(store, id);
}

async function bookedOn(chat: TestChat): Promise<number> {
  const { rows } = await store.pool.query<{ count: number }>(
    "select count(*)::int as count from usage_records where chat_id = $1",
    [chat.id],
  );
  return rows[0]?.count ?? 0;
}

const usage = {
  input_tokens: 5,
  output_tokens: 7,
  total_tokens: 12,
  reasoning_tokens: 0,
  cache_creation_tokens: 0,
  cache_read_tokens: 0,
  context_limit: null,
};

test("E6 a fork has copies of the messages with ids of their own, rests, goes on by itself, and books nothing again", async () => {
  const source = await aChat(store);
  const sealed = { provider: "openai", model: "demo", provider_response_id: "resp_1" };
  await source.answer(text("hi"), { ...sealed, usage, cost_micros: 9, call: "1.1" });
  await source.send("more");
  await source.answer(text("and more"));
  await store.pool.query("update chats set system_prompt = 'brief', labels = '{\"a\":\"b\"}' where id = $1", [
    source.id,
  ]);
  const [rowBefore, historyBefore] = [await source.row(), await source.history()];
  store.announced.length = 0;
  const forked = await fork(source);
  assert.deepEqual(await source.row(), rowBefore);
  const [row, history] = [await forked.row(), await forked.history()];
  assert.deepEqual(
    [row.status, row.title, row.system_prompt, row.labels, row.queue_length, row.root_chat_id],
    ["waiting", "forked", "brief", { a: "b" }, 0, forked.id],
  );
  assert.deepEqual(await forked.shortHistory(), await source.shortHistory());
  const known = new Set(historyBefore.map(({ id }) => id));
  assert.ok(history.every(({ id, turn_id }) => !known.has(id) && !known.has(turn_id)));
  assert.deepEqual(
    history.map(({ id, turn_id }) => turn_id === id),
    [true, false, true, false],
  );
  assert.equal(row.current_turn_id, history[2]?.id);
  assert.equal(row.last_read_message_id, history[3]?.id);
  const { usage: kept, provider_response_id, created_at } = history[1] ?? {};
  assert.deepEqual([kept, provider_response_id], [usage, "resp_1"]);
  assert.equal(created_at, historyBefore[1]?.created_at);
  assert.deepEqual([await bookedOn(source), await bookedOn(forked)], [1, 0]);
  assert.deepEqual(
    store.announced.map(({ chat_id }) => chat_id),
    [forked.id],
  );
  await forked.send("another way");
  await forked.answer(text("so be it"));
  assert.equal((await forked.shortHistory()).length, 6);
  assert.deepEqual(await source.history(), historyBefore);
});

test("E6 a fork ends at the message that is named, and takes along how whole turns ended", async () => {
  const source = await aChat(store);
  await source.interrupt();
  await source.settle({ type: "interrupted", answer: { role: "assistant", content: text("hal") } });
  await source.send("again");
  await source.answer(text("one"));
  await source.send("third");
  await source.fail();
  const ids = (await source.history()).map(({ id }) => id);
  const endsOf = async (chat: TestChat) => {
    const { rows } = await store.pool.query<{ status: string }>(
      "select status from turn_ends where chat_id = $1 order by turn_id",
      [chat.id],
    );
    return rows.map(({ status }) => status);
  };
  const first = await fork(source, { message_id: ids[0] ?? 0 });
  assert.deepEqual([await first.shortHistory(), await endsOf(first)], [["user:hello"], []]);
  const second = await fork(source, { message_id: ids[1] ?? 0 });
  assert.deepEqual([(await second.history()).length, await endsOf(second)], [2, ["interrupted"]]);
  const whole = await fork(source);
  assert.deepEqual([await endsOf(whole), (await whole.row()).last_error], [["interrupted", "error"], null]);
});

test("E6 a chat that runs is forked at what is committed: open calls get a result that says so, the queue stays behind", async () => {
  const source = await aChat(store);
  await source.answer([toolCall("c1"), toolCall("c2")]);
  await source.send("queued");
  const forked = await fork(source);
  assert.deepEqual(await forked.shortHistory(), [
    "user:hello",
    "assistant:call(c1)+call(c2)",
    "tool:result(c1)!+result(c2)!",
  ]);
  const row = await forked.row();
  assert.deepEqual([row.status, row.queue_length, await forked.queue()], ["waiting", 0, []]);
  const sourceRow = await source.row();
  assert.deepEqual([sourceRow.status, await source.queue()], ["running", ["queued"]]);
  await source.settle({ type: "tools-done" });
  assert.equal((await source.shortHistory()).at(-1), "tool:result(c1)!+result(c2)!");
});

test("E6 a boundary keeps in the fork what it kept, and what a provider no longer accepts stays known", async () => {
  const source = await anIdleChat(store);
  await source.send("keep me");
  const kept = (await source.history()).at(-1)?.id ?? 0;
  const { fence } = await source.attempt();
  const summary = { role: "user" as const, content: text("summary"), visibility: "model" as const };
  const call = { ...toolCall("s1", "chat_summarized") };
  const result = {
    type: "tool-result" as const,
    tool_call_id: "s1",
    tool_name: "chat_summarized",
    result: {},
    is_error: false,
    created_at: "2026-01-01T00:00:00.000Z",
  };
  const shown = [
    { role: "assistant", content: [call], visibility: "user" },
    { role: "tool", content: [result], visibility: "user" },
  ] as const;
  await source.settle(
    { type: "compacted", compaction: { summary, keeps: [kept], shown, endsTurn: false } },
    fence,
  );
  await store.pool.query(
    "update chats set unsealed = jsonb_build_object('openai', $2::bigint) where id = $1",
    [source.id, kept],
  );
  const shownId = (await source.history()).find(({ visibility }) => visibility === "user")?.id ?? 0;
  const forked = await fork(source, { message_id: shownId });
  const history = await forked.history();
  assert.equal(history.length, (await source.history()).length, "the result of the shown call comes along");
  const prompt = await readPromptMessages(store.pool, forked.id);
  assert.deepEqual(
    prompt.map(({ content }) => (content[0] as { text: string }).text),
    ["keep me", "summary"],
  );
  assert.deepEqual((await forked.row()).unsealed, { openai: history[2]?.id });
});

test("E6 E8 a fork is refused at messages that are not there, of other histories and other people's chats", async () => {
  const source = await anIdleChat(store);
  const [first] = await source.history();
  await source.edit(first?.id ?? 0, "other");
  const other = await anIdleChat(store);
  const foreign = (await other.history())[0]?.id ?? 0;
  for (const message_id of [first?.id ?? 0, foreign, 1]) {
    await assert.rejects(fork(source, { message_id }), refuses("message_not_found"));
  }
  const { history_version } = await source.row();
  await assert.rejects(
    fork(source, { expected_history_version: history_version + 1 }),
    refuses("history_changed"),
  );
  await fork(source, { expected_history_version: history_version });
  await assert.rejects(fork(source, { owner_id: randomUUID() }), refuses("chat_not_found"));
});

test("E6 a history that is too long is refused, and no chat appears", async () => {
  const source = await anIdleChat(store);
  await store.pool.query(
    `insert into messages (chat_id, turn_id, role, content, version)
     select $1, 1, 'user', '[]', 1 from generate_series(1, $2::int)`,
    [source.id, forkedMessagesMax],
  );
  const count = async () => (await store.pool.query("select 1 from chats")).rowCount;
  const before_ = await count();
  await assert.rejects(fork(source), refuses("history_too_long"));
  assert.equal(await count(), before_);
});
