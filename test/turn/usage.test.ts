// Tests: what model calls cost, by message, chat tree, user, model and day; and that what was spent stays spent.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, storedMessages } from "../support/turn/settled.ts";

/** Of each call, in micros: 100·3 + 20·15 + 50·0.3 + 4·3.75. */
const USED = { input_tokens: 100, output_tokens: 20, cache_read_tokens: 50, cache_write_tokens: 4 };
const PRICE = { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 };
const COST = 300 + 300 + 15 + 15;

let everturn: Everturn;
before(async () => {
  // Titles are model calls, too.
  everturn = await startEverturn({ env: { EVERTURN_TITLES: "words", EVERTURN_TURN_SUMMARIES: "0" } });
});
after(() => everturn.stop());

async function aModel(provider: string, price: unknown = PRICE): Promise<string> {
  const id = randomUUID();
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model, price) values ($1, $2, $3, 'demo', $4)",
    [id, `model ${id}`, provider, price === null ? null : JSON.stringify(price)],
  );
  return id;
}

async function runTurn(content: string, model_config_id: string) {
  const chat = await everturn.createChat(content, { model_config_id });
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  return { chat, reader, stored: await assertSettled(everturn, chat.id, [reader]) };
}

function costOf(chatId: string): Promise<Json> {
  return everturn.call("GET", `/v1/chats/${chatId}/cost`);
}

function costs(messages: readonly Message[]): (number | null)[] {
  return messages.filter(({ role }) => role === "assistant").map(({ cost_micros }) => cost_micros);
}

for (const provider of ["openai", "anthropic"]) {
  test(`B3 each answer of ${provider} has its cost, and the chat their sum`, async () => {
    const call = { name: "no_such_tool", args: {} };
    const steps = [
      { text: "look", tool_calls: [call], usage: USED },
      { text: "done", usage: USED },
    ];
    const { chat, stored } = await runTurn(script(steps), await aModel(provider));
    assert.deepEqual(costs(stored), [COST, COST]);
    assert.deepEqual(await costOf(chat.id), {
      total_cost_micros: 2 * COST,
      request_count: 2,
      unpriced_request_count: 0,
      usage: {
        input_tokens: 200,
        output_tokens: 40,
        total_tokens: stored.reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0),
        reasoning_tokens: 0,
        cache_creation_tokens: provider === "openai" ? cacheCreated(stored) : 8,
        cache_read_tokens: 100,
      },
    });
  });
}

function cacheCreated(stored: readonly Message[]): number {
  return stored.reduce((sum, { usage }) => sum + (usage?.cache_creation_tokens ?? 0), 0);
}

test("B3 calls without a price, or whose provider is silent about usage, are counted as unpriced", async () => {
  const free = await runTurn(script({ text: "hi", usage: USED }), await aModel("openai", null));
  assert.deepEqual(costs(free.stored), [null]);
  const silent = await runTurn(script({ text: "hi", no_usage: true }), await aModel("openai"));
  assert.deepEqual(costs(silent.stored), [null]);
  for (const { chat } of [free, silent]) {
    const { total_cost_micros, request_count, unpriced_request_count } = await costOf(chat.id);
    assert.deepEqual([total_cost_micros, request_count, unpriced_request_count], [0, 1, 1]);
  }
});

test("B3 I2 an interrupted answer is billed with what is known", async () => {
  const key = randomUUID();
  const step = { parts: 100, usage: USED, hold_until: key, hold_after: 3 };
  const chat = await everturn.createChat(script(step, key), { model_config_id: await aModel("anthropic") });
  const reader = everturn.reader(chat.id);
  await reader.until("some text", (_view, { writing }) => writing.includes("t3"));
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const [cost] = costs(stored);
  // What this service says first: the prompt, and the beginning of the output.
  assert.ok(cost != null && cost >= 330 && cost < COST, `cost ${cost}`);
  assert.equal((await costOf(chat.id)).total_cost_micros, cost);
});

test("B3 X7 an attempt that is tried again is billed beside the one that counts", async () => {
  const failing = {
    parts: 4,
    stream_error: { type: "overloaded_error", message: "busy" },
    stream_error_after: 4,
  };
  const steps = { usage: USED, attempts: [failing, { text: "fine" }] };
  const { chat, stored } = await runTurn(script(steps, randomUUID()), await aModel("anthropic"));
  assert.deepEqual(costs(stored), [COST]);
  const { total_cost_micros, request_count } = await costOf(chat.id);
  assert.equal(request_count, 2);
  assert.ok(total_cost_micros > COST);
});

test("B3 E1 an edit takes messages away but not what they cost, nor what the answer it cut off did", async () => {
  const model_config_id = await aModel("anthropic");
  const key = randomUUID();
  const { chat, reader, stored } = await runTurn(script({ text: "one", usage: USED }), model_config_id);
  const held = { parts: 100, usage: USED, hold_until: key, hold_after: 3 };
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: script(held, key) });
  await reader.until("some text", (_view, { writing }) => writing.includes("t3"));
  const path = `/v1/chats/${chat.id}/messages/${stored[0]?.id}`;
  await everturn.call("PATCH", path, { content: script({ text: "anew", usage: USED }) });
  await reader.until("the new answer", ({ messages }) => messages.length === 2);
  await reader.untilIdle();
  const { total_cost_micros, request_count } = await costOf(chat.id);
  assert.deepEqual(costs(await storedMessages(everturn, chat.id)), [COST]);
  assert.equal(request_count, 3);
  assert.ok(total_cost_micros > 2 * COST && total_cost_micros < 3 * COST, `cost ${total_cost_micros}`);
});

test("B3 A2 the cost of other people's chats is not found", async () => {
  const { status, body } = await everturn.answer("GET", `/v1/chats/${randomUUID()}/cost`);
  assert.deepEqual([status, body.code], [404, "chat_not_found"]);
});

test("B3 usage is reported by user, model, chat and day, deleted chats included", async () => {
  const model_config_id = await aModel("openai");
  const from = new Date().toISOString();
  const kept = await runTurn(script({ text: "kept", usage: USED }), model_config_id);
  const gone = await runTurn(script({ text: "gone", usage: USED }), model_config_id);
  await everturn.call("DELETE", `/v1/chats/${gone.chat.id}`);
  const to = new Date(Date.now() + 60_000).toISOString();
  const [costKept] = costs(kept.stored);
  const report = (group: string) =>
    everturn.call<Json>("GET", `/v1/usage?from=${from}&to=${to}&group_by=${group}`);

  const byChat = await report("chat");
  assert.deepEqual([byChat.total_cost_micros, byChat.request_count], [2 * (costKept ?? 0), 2]);
  const titles = new Map(byChat.groups.map((group: Json) => [group.key, group.label]));
  assert.deepEqual(new Set(titles.keys()), new Set([kept.chat.id, gone.chat.id]));
  assert.deepEqual([titles.get(kept.chat.id), titles.get(gone.chat.id)], [kept.chat.title, null]);

  const byModel = await report("model");
  assert.deepEqual(
    byModel.groups.map((group: Json) => [group.key, group.request_count]),
    [["openai/demo", 2]],
  );
  const byUser = await report("user");
  assert.deepEqual(
    byUser.groups.map((group: Json) => [group.label, group.total_cost_micros]),
    [["admin", byUser.total_cost_micros]],
  );
  const byDay = await report("day");
  assert.ok(byDay.groups.every((group: Json) => /^\d{4}-\d\d-\d\d$/.test(group.key)));
  const none = await everturn.call<Json>("GET", "/v1/usage?from=2020-01-01&to=2020-02-01&group_by=day");
  assert.deepEqual([none.total_cost_micros, none.request_count, none.groups], [0, 0, []]);
});
