// Tests: a second model is asked about the plan, in turns with a worker.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { killWorkers, onlyWorker } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ env: { EVERTURN_ADVISOR_MODEL: "the advisor" } });
  const price = { input: 1, output: 2 };
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model, price) values ($1, 'the advisor', 'openai', 'wise-1', $2)",
    [randomUUID(), JSON.stringify(price)],
  );
});
after(() => everturn.stop());

/** A call that asks the advisor, who is the scripted model, too. */
const ask = (advice: ScriptStepWithAttempts, key: string = randomUUID()) => ({
  name: "advisor",
  args: { question: `Is my plan good?\n\n${script(advice, key)}` },
});

async function resultsOf(chat: Chat) {
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  return stored.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
}

test("C7 the advisor reads the conversation, its advice is streamed and kept, and its usage and cost are recorded", async () => {
  const key = randomUUID();
  const usage = { input_tokens: 1_000_000, output_tokens: 500_000 };
  const call = ask({ text: "Think twice before you begin.", usage, hold_until: key, hold_after: 2 }, key);
  const chat = await everturn.createChat(script([{ text: "I plan.", tool_calls: [call] }, { text: "done" }]));
  const reader = everturn.reader(chat.id);
  await reader.until("the advice is streamed", (view) =>
    [...view.previews.values()].some(({ content }) =>
      [...content.values()].some((part) => part.type === "tool-output" && part.text.includes("Think")),
    ),
  );
  everturn.model.release(key);
  const [result] = await resultsOf(chat);
  assert.equal(result?.is_error, false);
  const told = result?.result as Record<string, unknown>;
  assert.deepEqual(
    [told["advice"], told["model"], told["cost_micros"]],
    ["Think twice before you begin.", "wise-1", 2_000_000],
  );
  const [asked] = everturn.model.requests(key);
  assert.match(JSON.stringify(asked?.body), /I plan\./);
  const { rows } = await everturn.pool.query<{ cost_micros: string }>(
    "select cost_micros::text from usage_records where chat_id = $1 and model = 'wise-1'",
    [chat.id],
  );
  assert.deepEqual(rows, [{ cost_micros: "2000000" }]);
});

test("C7 L6 the advisor is asked alone: beside another call nothing runs", async () => {
  const key = randomUUID();
  const calls = [ask({ text: "no" }, key), { name: "list_templates", args: {} }];
  const results = await resultsOf(
    await everturn.createChat(script([{ tool_calls: calls }, { text: "I see" }])),
  );
  assert.equal(results.length, 2);
  for (const { is_error, result } of results) {
    assert.equal(is_error, true);
    assert.match(JSON.stringify(result), /advisor must be called alone/);
  }
  assert.equal(everturn.model.requests(key).length, 0);
});

test("C7 the advisor is asked at most three times a turn, failures included, and anew in the next turn", async () => {
  const fails = ask({ http_error: { status: 401, message: "bad key" } });
  const steps = [fails, ask({ text: "one" }), ask({ text: "two" }), ask({ text: "three" })];
  const turn = (calls: typeof steps) =>
    script([...calls.map((call) => ({ tool_calls: [call] })), { text: "done" }]);
  const chat = await everturn.createChat(turn(steps));
  const [failed, , second, third] = await resultsOf(chat);
  assert.equal(failed?.is_error, true);
  assert.match(JSON.stringify(failed?.result), /"kind":"auth"/);
  assert.equal(second?.is_error, false);
  assert.match(JSON.stringify(third?.result), /asked 3 times in this turn already/);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: turn([ask({ text: "again" })]) });
  const results = await resultsOf(chat);
  assert.deepEqual([results.length, results.at(-1)?.is_error], [5, false]);
});

test("C7 I2 an interrupt ends the advisor's call at its provider", async () => {
  const key = randomUUID();
  const call = ask({ text: "never said", hold_until: key, hold_after: 1 }, key);
  const chat = await everturn.createChat(script([{ tool_calls: [call] }, { text: "done" }]));
  await everturn.model.waitFor({ key, event: "chunks", count: 1 });
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  const [result] = await resultsOf(chat);
  assert.equal(result?.is_error, true);
  await everturn.model.waitFor({ key, event: "client_closed", call: 1 });
});

test("C7 X9 an advisor whose worker died is asked again", async () => {
  const key = randomUUID();
  const call = ask({ text: "well", attempts: [{ hold_until: key, hold_after: 0 }, {}] }, key);
  const chat = await everturn.createChat(script([{ tool_calls: [call] }, { text: "done" }]));
  await everturn.model.waitFor({ key, event: "started", call: 1 });
  await killWorkers(everturn);
  await onlyWorker(everturn);
  const [result] = await resultsOf(chat);
  assert.deepEqual(
    [result?.is_error, (result?.result as { advice?: string } | undefined)?.advice],
    [false, "well"],
  );
});
