// Tests: titles and turn summaries by a model, beside the turns, on a whole Everturn.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import proto from "@temporalio/proto";
import type { Chat } from "../../core/chat/message.ts";
import type { RequestLogEntry } from "../../dev/demo-model/request-log.ts";
import { describeWorkflowId } from "../../workflows/contract.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { turnEvents } from "../support/turn/settled.ts";

const HISTORY = proto.temporal.api.history.v1.History;
const SMALL = "the small one";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ env: { EVERTURN_TITLES: "model", EVERTURN_SMALL_MODEL: SMALL } });
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model) values ($1, $2, 'openai', 'demo-slow')",
    [randomUUID(), SMALL],
  );
});
after(() => everturn.stop());

async function useSmall(model: string): Promise<void> {
  await everturn.pool.query("update model_configs set model = $2 where name = $1", [SMALL, model]);
}

/** A message that no other test sends, with its first words. */
function message(words: string): string {
  return `${words} ${randomUUID()}`;
}

/** Which models were asked for a title of a chat that begins with this message, in order. */
function titleCalls(content: string): string[] {
  const isTitle = ({ body }: RequestLogEntry) => {
    const sent = JSON.stringify(body);
    return sent.includes(content) && sent.includes("Write a title");
  };
  return everturn.model
    .requests()
    .filter(isTitle)
    .map(({ model }) => model);
}

async function summed(chat: Chat, summary: RegExp) {
  const reader = everturn.reader(chat.id);
  await reader.until(`a summary like ${summary}`, ({ chat: seen }) =>
    summary.test(seen?.last_turn_summary ?? ""),
  );
  assert.deepEqual(reader.violations, []);
  return reader;
}

async function described(chatId: string): Promise<void> {
  await everturn.temporal.workflow.getHandle(describeWorkflowId(chatId)).result();
}

function read(chatId: string): Promise<Chat> {
  return everturn.call("GET", `/v1/chats/${chatId}`);
}

test("M1 M2 readers are told a title by the small model after the first turn, and a summary after each", async () => {
  const content = message("deploy the search service now please");
  const chat = await everturn.createChat(content);
  assert.equal(chat.title, "deploy the search service now please");
  const reader = await summed(chat, /^Answered deploy the search service$/);
  assert.equal(reader.view.chat?.title, "Deploy the search service now please");
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: "count to 3" });
  await summed(chat, /^Answered count to 3$/);
  assert.deepEqual(titleCalls(content), ["demo-slow"]);
});

test("M2 descriptions neither lengthen the turn's history nor live in it", async () => {
  const chat = await everturn.createChat(message("weigh the whale"));
  await summed(chat, /^Answered weigh the whale/);
  assert.equal(await turnEvents(everturn, chat.id), 12);
  await described(chat.id);
  const run = await everturn.temporal.workflow.getHandle(describeWorkflowId(chat.id)).describe();
  assert.deepEqual([run.type, run.parentExecution], ["describeChat", undefined]);
});

test("M1 no model is asked for the title of a chat that its user has named", async () => {
  const content = message("name this one");
  const chat = await everturn.createChat(content, { title: "Mine" });
  const reader = await summed(chat, /^Answered name this one/);
  assert.equal(reader.view.chat?.title, "Mine");
  assert.deepEqual(titleCalls(content), []);
});

test("M2 A5 Temporal's history of a description holds no words of the chat", async () => {
  const chat = await everturn.createChat(message("a secret matter"));
  await summed(chat, /^Answered a secret matter/);
  await described(chat.id);
  const history = await everturn.temporal.workflow.getHandle(describeWorkflowId(chat.id)).fetchHistory();
  const plain = JSON.stringify(HISTORY.toObject(HISTORY.create(history), { bytes: String }));
  const payloads = [...plain.matchAll(/"data":"([^"]*)"/g)].map(([, data = ""]) =>
    Buffer.from(data, "base64").toString(),
  );
  assert.ok(payloads.some((payload) => payload.includes(chat.id)));
  assert.doesNotMatch([plain, ...payloads].join("\n"), /secret matter/i);
});

test("B3 a title and a summary are booked, each as what it is", async () => {
  const chat = await everturn.createChat(message("bill me"));
  await summed(chat, /^Answered bill me/);
  const { rows } = await everturn.pool.query(
    "select kind, model, output_tokens > 0 as counted from usage_records where chat_id = $1 order by kind",
    [chat.id],
  );
  assert.deepEqual(rows, [
    { kind: "chat_turn", model: "demo", counted: true },
    { kind: "summary", model: "demo-slow", counted: true },
    { kind: "title", model: "demo-slow", counted: true },
  ]);
});

test("M3 another title is asked for, in place of the user's own", async () => {
  const chat = await everturn.createChat(message("paint the fence"), { title: "Mine" });
  await summed(chat, /^Answered paint the fence/);
  const asked = await everturn.call<Chat>("POST", `/v1/chats/${chat.id}/title`);
  assert.equal(asked.title, "Mine");
  const reader = everturn.reader(chat.id);
  await reader.until(
    "a title by the model",
    ({ chat: seen }) => seen?.title.startsWith("Paint the fence") === true,
  );
});

test("M1 M3 a title that its user sets while the model writes one stays", async () => {
  everturn.model.script("model:demo-late", [{ text: "Too late", hold_until: "titles-late" }]);
  await useSmall("demo-late");
  const chat = await everturn.createChat(message("take your time"), { title: "Mine" });
  await everturn.call("POST", `/v1/chats/${chat.id}/title`);
  await everturn.model.waitFor({ key: "model:demo-late", event: "held" });
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { title: "Mine again" });
  everturn.model.release("titles-late");
  await described(chat.id);
  assert.equal((await read(chat.id)).title, "Mine again");
  await useSmall("demo-slow");
});

for (const [what, step] of [
  ["says nothing", { empty: true }],
  ["answers the message instead of naming it", { parts: 40 }],
  ["is overloaded", { http_error: { status: 529 } }],
] as const) {
  test(`M1 when the small model ${what}, the chat's own writes the title`, async () => {
    const model = `demo-${randomUUID()}`;
    everturn.model.script(`model:${model}`, [step]);
    await useSmall(model);
    const content = message("ask somebody else");
    const chat = await everturn.createChat(content);
    await summed(chat, /^Answered ask somebody else/);
    assert.deepEqual(titleCalls(content), [model, "demo"]);
    assert.match((await read(chat.id)).title, /^Ask somebody else/);
    await useSmall("demo-slow");
  });
}

test("M3 a title that cannot be made is refused", async () => {
  const chat = await everturn.createChat(message("archive me"));
  await summed(chat, /^Answered archive me/);
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { archived: true });
  const archived = await everturn.answer("POST", `/v1/chats/${chat.id}/title`);
  assert.deepEqual([archived.status, archived.body.code], [409, "chat_archived"]);
  const unknown = await everturn.answer("POST", `/v1/chats/${randomUUID()}/title`);
  assert.equal(unknown.status, 404);
});

test("M2 a description survives the worker that ended the turn", async () => {
  const chat = await everturn.createChat(message("outlive your worker"));
  await everturn.reader(chat.id).untilIdle();
  await everturn.workers[0]?.kill();
  await everturn.startWorker();
  await summed(chat, /^Answered outlive your worker/);
});

test("M1 the chat's own model is asked when the small one fails, and nobody is told when both do", async () => {
  await useSmall("no-such-model");
  const content = message("mend the gate");
  const chat = await everturn.createChat(content);
  await summed(chat, /^Answered mend the gate/);
  assert.deepEqual(titleCalls(content), ["no-such-model", "demo"]);
  const { title } = await read(chat.id);
  await everturn.pool.query("update model_configs set model = 'no-such-model'");
  await everturn.call("POST", `/v1/chats/${chat.id}/title`);
  await described(chat.id);
  assert.equal(titleCalls(content).length, 4);
  const untold = await read(chat.id);
  assert.deepEqual([untold.title, untold.status, untold.last_error], [title, "waiting", null]);
});

test("M3 B3 a title that is asked for again is booked again, also when the words are of no use", async () => {
  const chat = await everturn.createChat(message("count the cost"), { title: "Mine" });
  await everturn.reader(chat.id).untilIdle();
  const model = `demo-${randomUUID()}`;
  everturn.model.script(
    `model:${model}`,
    Array.from({ length: 8 }, () => ({ parts: 40 })),
  );
  await everturn.pool.query("update model_configs set model = $1", [model]);
  for (const asked of [1, 2]) {
    await everturn.call("POST", `/v1/chats/${chat.id}/title`);
    await described(chat.id);
    const { rows } = await everturn.pool.query(
      "select 1 from usage_records where chat_id = $1 and kind = 'title'",
      [chat.id],
    );
    // The small model and the chat's own.
    assert.equal(rows.length, 2 * asked);
  }
});
