// Tests: turns as a list, one message by its id, and changes of a history that must be the one the client saw.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Turn } from "../../core/chat/turn.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { aChat, anIdleChat, type TestChat, type TestStore, text, toolCall } from "../support/turn/chats.ts";

let api: TestApi;
let store: TestStore;
before(async () => {
  api = await startTestApi();
  const { rows } = await api.pool.query<{ id: string }>("select id from model_configs");
  store = {
    pool: api.pool,
    announced: [],
    userId: api.ownerId,
    modelId: rows[0]?.id ?? "",
    announce: () => undefined,
    queuedMessagesMax: 20,
    workspacesPerUserMax: 10,
  };
});
after(() => api.stop());

async function turnsOf({ id }: TestChat, query = ""): Promise<{ items: Turn[]; next_cursor: string | null }> {
  const { status, body } = await api.call(`GET /v1/chats/${id}/turns${query}`);
  assert.equal(status, 200);
  return body;
}

const usage = (tokens: number) => ({
  input_tokens: tokens,
  output_tokens: 1,
  total_tokens: tokens + 1,
  reasoning_tokens: 0,
  cache_creation_tokens: 0,
  cache_read_tokens: 0,
  context_limit: 1_000,
});

test("turns are listed newest first, each with how it ended, its steps and what it cost", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1")], { usage: usage(10), cost_micros: 5, finish_reason: "tool_calls" });
  await chat.settle({ type: "tools-done" });
  await chat.answer(text("hi"), { usage: usage(20), cost_micros: 7 });
  await chat.send("fails");
  await chat.fail();
  await chat.send("is stopped");
  await chat.attempt();
  await chat.interrupt();
  await chat.settle({ type: "interrupted", answer: null });
  await chat.send("runs");
  const { items, next_cursor } = await turnsOf(chat);
  assert.equal(next_cursor, null);
  assert.deepEqual(
    items.map(({ status, steps, cost_micros }) => [status, steps, cost_micros]),
    [
      ["running", 0, null],
      ["interrupted", 0, null],
      ["error", 0, null],
      ["completed", 2, 12],
    ],
  );
  assert.deepEqual(
    items.map(({ finished_at, last_error }) => [finished_at === null, last_error?.kind ?? null]),
    [
      [true, null],
      [false, null],
      [false, "overloaded"],
      [false, null],
    ],
  );
  assert.deepEqual(items.at(-1)?.usage, { ...usage(30), output_tokens: 2, total_tokens: 32 });
  assert.equal(items[0]?.usage, null);
  for (const turn of items) {
    assert.deepEqual((await api.call(`GET /v1/chats/${chat.id}/turns/${turn.id}`)).body, turn);
  }
});

test("turns come page by page, and those that an edit has removed do not come at all", async () => {
  const chat = await anIdleChat(store);
  for (let i = 0; i < 6; i++) {
    await chat.send(String(i));
    await chat.answer(text("hi"));
  }
  const all = (await turnsOf(chat)).items.map(({ id }) => id);
  assert.equal(all.length, 7);
  const cut = all[1] as number;
  await chat.edit(cut, "anew");
  const expected = [(await chat.row()).current_turn_id, ...all.slice(2)];
  const seen: number[] = [];
  for (let after = ""; ; ) {
    const page = await turnsOf(chat, `?limit=2${after}`);
    assert.ok(page.items.length <= 2);
    seen.push(...page.items.map(({ id }) => id));
    if (page.next_cursor === null) break;
    after = `&after=${page.next_cursor}`;
  }
  assert.deepEqual(seen, expected);
  const gone = await api.call(`GET /v1/chats/${chat.id}/turns/${cut}`);
  assert.equal(`${gone.status} ${gone.body.code}`, "404 turn_not_found");
  const odd = await api.call(`GET /v1/chats/${chat.id}/turns?after=odd`);
  assert.equal(`${odd.status} ${odd.body.code}`, "400 invalid_cursor");
});

test("a compaction on request does not change how the newest turn ended", async () => {
  const chat = await anIdleChat(store);
  const [turn] = (await turnsOf(chat)).items;
  assert.equal((await api.call(`POST /v1/chats/${chat.id}/compact`)).status, 200);
  assert.deepEqual((await turnsOf(chat)).items, [turn]);
  await chat.interrupt();
  await chat.settle({ type: "interrupted", answer: null });
  assert.deepEqual((await turnsOf(chat)).items, [turn]);
});

test("a message is read by its id, unless it is another's, hidden or deleted", async () => {
  const chat = await anIdleChat(store);
  const { body: page } = await api.call(`GET /v1/chats/${chat.id}/messages`);
  const [answer, question] = page.messages;
  const path = (id: number) => `GET /v1/chats/${chat.id}/messages/${id}`;
  assert.deepEqual((await api.call(path(answer.id))).body, answer);
  await chat.edit(question.id, "anew");
  assert.equal((await api.call(path(answer.id))).body.code, "message_not_found");
  const current = (await chat.row()).current_turn_id ?? 0;
  const stranger = await api.newKey();
  for (const what of [
    path(current),
    `GET /v1/chats/${chat.id}/turns`,
    `GET /v1/chats/${chat.id}/turns/${current}`,
  ]) {
    assert.equal((await api.call(what)).status, 200, what);
    assert.equal((await api.call(what, { key: stranger.key })).body.code, "chat_not_found", what);
  }
  await api.pool.query("update messages set visibility = 'model' where chat_id = $1", [chat.id]);
  assert.equal((await api.call(path(current))).body.code, "message_not_found");
});

/** Each call that takes an expected version, with a body that works. */
async function changesOf(chat: TestChat): Promise<[string, Record<string, unknown>][]> {
  const question = (await chat.row()).current_turn_id;
  return [
    [`PATCH /v1/chats/${chat.id}/messages/${question}`, { content: "anew" }],
    [`POST /v1/chats/${chat.id}/regenerate`, {}],
    [`POST /v1/chats/${chat.id}/compact`, {}],
    [`PATCH /v1/chats/${chat.id}`, { title: "another" }],
    [`PATCH /v1/chats/${chat.id}`, { archived: true }],
    [`PATCH /v1/chats/${chat.id}`, {}],
  ];
}

test("E8 a change that expects another history is refused and changes nothing; with the present one it is made", async () => {
  const count = (await changesOf(await anIdleChat(store))).length;
  for (let i = 0; i < count; i++) {
    const chat = await anIdleChat(store);
    const [what, body] = (await changesOf(chat))[i] as [string, Record<string, unknown>];
    const before = await chat.row();
    const history = await chat.history();
    for (const off of [-1, 1]) {
      const expected_history_version = before.history_version + off;
      const refused = await api.call(what, { body: { ...body, expected_history_version } });
      assert.equal(`${refused.status} ${refused.body.code}`, "409 history_changed", what);
    }
    assert.deepEqual(await chat.row(), before, what);
    assert.deepEqual(await chat.history(), history, what);
    const { history_version: expected_history_version } = before;
    const made = await api.call(what, { body: { ...body, expected_history_version } });
    assert.equal(made.status, 200, what);
  }
});

test("E8 Q10 a repeated request with its key gets the first answer, although the history has changed by it", async () => {
  const chat = await anIdleChat(store);
  const { history_version: expected_history_version } = await chat.row();
  const headers = { "Idempotency-Key": randomUUID() };
  const body = { expected_history_version };
  const what = `POST /v1/chats/${chat.id}/regenerate`;
  const first = await api.call(what, { body, headers });
  assert.equal(first.status, 200);
  assert.notEqual(first.body.history_version, expected_history_version);
  const again = await api.call(what, { body, headers });
  assert.deepEqual([again.status, again.body], [200, first.body]);
  assert.equal((await api.call(what, { body })).body.code, "history_changed");
});
