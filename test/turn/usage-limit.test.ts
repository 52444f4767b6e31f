// Tests: a user who has spent what they may: nothing new begins, what runs stops before its next call.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { createApiKey } from "../../store/access/api-keys.ts";
import { createUser } from "../../store/access/users.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

const COST = 1_000;
/** One call costs `COST`. */
const USED = { input_tokens: 500, output_tokens: 500 };
const TURNS = 20;

let everturn: Everturn;
let model_config_id: string;
let me: string;
before(async () => {
  // Titles are model calls, too.
  everturn = await startEverturn({ env: { EVERTURN_TITLES: "words", EVERTURN_TURN_SUMMARIES: "0" } });
  model_config_id = randomUUID();
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model, price) values ($1, 'priced', 'openai', 'demo', $2)",
    [model_config_id, JSON.stringify({ input: 1, output: 1 })],
  );
  me = (await everturn.call<Json>("GET", "/v1/me")).id;
});
after(() => everturn.stop());
beforeEach(() => setLimit(null));

/** Leaves so many micros to the user from now on. */
async function leave(micros: number): Promise<void> {
  const { spent_micros } = await setLimit(0);
  await setLimit(spent_micros + micros);
}

function setLimit(limit_micros: number | null, period = "month"): Promise<Json> {
  return everturn.call("PUT", `/v1/users/${me}/limit`, { limit_micros, period });
}

function begin(content: string): Promise<Chat> {
  return everturn.createChat(content, { model_config_id });
}

async function runTurn(content: string) {
  const chat = await begin(content);
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  return { chat, reader, stored: await assertSettled(everturn, chat.id, [reader]) };
}

async function rowCount(table: "chats" | "messages" | "queued_messages"): Promise<number> {
  const { rows } = await everturn.pool.query<{ count: number }>(`select count(*) as count from ${table}`);
  return rows[0]?.count ?? -1;
}

test("B3 twenty racing turns overshoot by no more than the calls already begun", async () => {
  const key = randomUUID();
  const steps = [
    { text: "look", tool_calls: [{ name: "no_such_tool", args: {} }], usage: USED, hold_until: key },
    { text: "never", usage: USED },
  ];
  await leave(COST);
  const { spent_micros: before_ } = await everturn.call<Json>("GET", `/v1/users/${me}/limit`);
  const chats = await Promise.all(
    Array.from({ length: TURNS }, (_, i) => begin(script(steps, `${key}-${i}`))),
  );
  await Promise.all(chats.map((_chat, i) => everturn.model.waitFor({ key: `${key}-${i}`, event: "held" })));
  everturn.model.release(key);
  for (const chat of chats) {
    const reader = everturn.reader(chat.id);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    const { status, error } = reader.view;
    assert.deepEqual([status, error?.kind, error?.retryable], ["error", "usage_limit", false]);
    assert.match(error?.resets_at ?? "", /^\d{4}-\d\d-01T00:00:00\.000Z$/);
    assert.ok(error?.message.includes(error.resets_at ?? "?"), error?.message);
    assert.deepEqual(
      stored.map(({ role }) => role),
      ["user", "assistant", "tool"],
    );
  }
  const { spent_micros } = await everturn.call<Json>("GET", `/v1/users/${me}/limit`);
  assert.equal(spent_micros - before_, TURNS * COST);
  const calls = chats.flatMap((_chat, i) => everturn.model.requests(`${key}-${i}`));
  assert.equal(calls.length, TURNS);
});

test("B3 past the limit nothing is created, sent or edited, and no row appears", async () => {
  const { chat, stored } = await runTurn(script({ text: "hi", usage: USED }));
  await leave(0);
  const tables = ["chats", "messages", "queued_messages"] as const;
  const counts = await Promise.all(tables.map(rowCount));
  const calls = everturn.model.requests().length;
  const content = script({ text: "no" });
  const messages = `/v1/chats/${chat.id}/messages`;
  for (const [method, path] of [
    ["POST", "/v1/chats"],
    ["POST", messages],
    ["PATCH", `${messages}/${stored[0]?.id}`],
  ] as const) {
    const { status, body } = await everturn.answer(method, path, { content });
    assert.deepEqual([status, body.code], [409, "usage_limit_reached"], `${method} ${path}`);
    assert.ok(Date.parse(body.resets_at) > Date.now());
    assert.ok(body.detail.includes(body.resets_at));
  }
  assert.deepEqual(await Promise.all(tables.map(rowCount)), counts);
  assert.equal(everturn.model.requests().length, calls);
  await leave(COST);
  await everturn.call("POST", messages, { content: script({ text: "again", usage: USED }) });
  const reader = everturn.reader(chat.id);
  await reader.until(
    "the new answer",
    ({ messages: shown }) => textOf(shown.at(-1) ?? { content: [] }) === "again",
  );
  await reader.untilIdle();
});

test("B3 Q6 what is queued stays queued when its turn would be past the limit", async () => {
  const key = randomUUID();
  await leave(COST);
  const chat = await begin(script({ text: "first", usage: USED, hold_until: key }, key));
  await everturn.model.waitFor({ key, event: "held" });
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: "second" });
  everturn.model.release(key);
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  assert.deepEqual([reader.view.status, reader.view.error?.kind], ["error", "usage_limit"]);
  assert.deepEqual([reader.view.messages.length, reader.view.queued_messages.length], [2, 1]);
  const queued = reader.view.queued_messages[0]?.id;
  const promote = `/v1/chats/${chat.id}/queue/${queued}/promote`;
  assert.equal((await everturn.answer("POST", promote, {})).body.code, "usage_limit_reached");
  await leave(COST);
  await everturn.call("POST", promote, {});
  await reader.until(
    "the second answer",
    ({ messages, status }) => messages.length === 4 && status === "waiting",
  );
});

test("B3 calls without a price never meet a limit that is not yet reached", async () => {
  await leave(1);
  const free = await everturn.createChat(script({ text: "free", usage: USED }));
  const reader = everturn.reader(free.id);
  await reader.untilIdle();
  assert.equal(reader.view.status, "waiting");
});

test("B3 A1 admins set limits, members read their own and nobody else's", async () => {
  const member = await createUser(everturn.pool, { name: "member", role: "member" });
  const key = `evt_${randomUUID()}`;
  await createApiKey(everturn.pool, { user_id: member.id, name: "test", key });
  const asMember = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(everturn.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const path = `/v1/users/${member.id}/limit`;
  const limit = { limit_micros: 0, period: "day" };
  assert.equal((await asMember("PUT", path, limit)).body.code, "forbidden");
  assert.equal((await asMember("GET", `/v1/users/${me}/limit`)).body.code, "user_not_found");
  assert.equal((await everturn.answer("PUT", `/v1/users/${randomUUID()}/limit`, limit)).status, 404);
  assert.equal((await everturn.answer("PUT", path, { limit_micros: 5 })).status, 400);
  assert.equal((await everturn.answer("PUT", path, { limit_micros: -1, period: "day" })).status, 400);

  const set = await everturn.call<Json>("PUT", path, limit);
  assert.deepEqual([set.limit_micros, set.period, set.spent_micros], [0, "day", 0]);
  const read = (await asMember("GET", path)).body;
  assert.deepEqual(read, set);
  assert.deepEqual((await asMember("GET", "/v1/me")).body.usage_limit, set);
  assert.equal((await asMember("POST", "/v1/chats", { content: "hi" })).body.code, "usage_limit_reached");
  // Members see themselves alone.
  const usage = (await asMember("GET", "/v1/usage?group_by=user")).body;
  assert.deepEqual([usage.request_count, usage.groups], [0, []]);

  const unlimited = { limit_micros: null, period: null, spent_micros: null, resets_at: null };
  assert.deepEqual(await everturn.call("PUT", path, { limit_micros: null }), unlimited);
  assert.deepEqual((await asMember("GET", path)).body, unlimited);
});
