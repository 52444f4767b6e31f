// Tests: questions of a tool's server through the API on a real database: what answers are taken, who sees the questions, and what
// is asked once only.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat } from "../../../core/chat/message.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import type { Question } from "../../../core/tool/question.ts";
import {
  type AskQuestionsInput,
  askQuestions,
  endQuestions,
} from "../../../store/turn/calls/ask-questions.ts";
import { beginToolCall } from "../../../store/turn/calls/begin-tool-call.ts";
import { finishToolCall } from "../../../store/turn/calls/tool-executions.ts";
import { inUnit } from "../../../store/unit.ts";
import { startTestApi, type TestApi } from "../../support/api.ts";
import { claim, spawned, toldTo } from "../../support/turn/agents.ts";
import { TestChat, toolCall } from "../../support/turn/chats.ts";

let api: TestApi;
before(async () => {
  api = await startTestApi();
});
after(() => api.stop());

const form: Question = {
  mode: "form",
  message: "Which city?",
  schema: {
    type: "object",
    properties: { city: { type: "string", minLength: 2 }, nights: { type: "integer" } },
    required: ["city"],
  },
};
const page: Question = { mode: "url", message: "Please pay.", url: "https://pay.example.com/7" };

interface Asked {
  readonly key: string;
  readonly chat: TestChat;
}

/** A chat of a new user whose model has asked for the calls `c1`, `c2` …, claimed by a worker. */
async function aChat(calls = 1): Promise<Asked> {
  const { key, userId } = await api.newKey();
  const { body } = await api.call("POST /v1/chats", { key, body: { content: "hello" } });
  const chat = new TestChat({ ...api.deps.store, announced: [], userId, modelId: "" }, body.id);
  await beginCalls(chat, calls);
  return { key, chat };
}

async function beginCalls(chat: TestChat, calls: number): Promise<void> {
  const ids = Array.from({ length: calls }, (_, at) => `c${at + 1}`);
  await chat.answer(
    ids.map((id) => toolCall(id, "inn__book")),
    { finish_reason: "tool_calls" },
  );
  for (const id of ids) await claim(chat, id);
}

async function refOf(chat: TestChat, tool_call_id: string) {
  return { chat_id: chat.id, turn_id: (await chat.row()).current_turn_id ?? 0, tool_call_id };
}

/** Asks as the worker of the call does. */
async function ask(chat: TestChat, tool_call_id: string, more: Partial<AskQuestionsInput> = {}) {
  const call = await refOf(chat, tool_call_id);
  const asked_by = { mcp_server_id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a", name: "The inn" };
  const input = {
    call,
    scheduled_ms: 0,
    asked_by,
    questions: [form],
    resume: null,
    held_ms: null,
    key: "1.1",
    ...more,
  };
  return (await inUnit(chat.store, (unit) => askQuestions(unit, input))).result;
}

const answer = ({ key, chat }: Asked, ...answers: readonly object[]) =>
  api.call(`POST /v1/chats/${chat.id}/answers`, { key, body: { answers } });
const said = (question_id: string, more: object = {}) => ({
  tool_call_id: "c1",
  question_id,
  action: "accept",
  content: { city: "Kyoto" },
  ...more,
});
const readChat = async ({ key }: Asked, id: string): Promise<Chat> =>
  (await api.call(`GET /v1/chats/${id}`, { key })).body;

test("C4 an answer must fit its question, and what does not fit changes nothing", async () => {
  const asked = await aChat();
  await ask(asked.chat, "c1", { questions: [form, page] });
  const faults: readonly (readonly [string, string, readonly object[]])[] = [
    ["answer_refused", "answers[0].content.city", [said("1.1.1", { content: { city: "K" } })]],
    ["answer_refused", "answers[0].content", [said("1.1.1", { content: {} })]],
    ["answer_refused", "answers[0].content.town", [said("1.1.1", { content: { city: "Kyoto", town: "x" } })]],
    ["answer_refused", "answers[0].content", [said("1.1.1", { content: undefined })]],
    ["answer_refused", "answers[0].content", [said("1.1.1", { action: "decline" })]],
    ["answer_refused", "answers[0].content", [said("1.1.2")]],
    ["unknown_question", "answers[0].question_id", [said("1.1.9")]],
    ["unknown_question", "answers[0].question_id", [said("1.1.1", { tool_call_id: "c2" })]],
    ["unknown_question", "answers[1].question_id", [said("1.1.1"), said("1.1.1")]],
    ["invalid_request", "answers[0].action", [said("1.1.1", { action: "maybe" })]],
    ["invalid_request", "answers[0].content.city", [said("1.1.1", { content: { city: { deep: 1 } } })]],
    ["invalid_request", "answers[0].content", [said("1.1.1", { content: { city: "x".repeat(70_000) } })]],
  ];
  const before = (await asked.chat.row()).snapshot_version;
  for (const [code, path, answers] of faults) {
    const { status, body } = await answer(asked, ...answers);
    assert.deepEqual([status, body.code], [400, code], JSON.stringify(body));
    const paths = (body.errors as { path: string }[]).map((error) => error.path);
    assert.ok(
      paths.some((each) => each.startsWith(path)),
      `${paths.join()} instead of ${path}`,
    );
  }
  assert.equal((await asked.chat.row()).snapshot_version, before);
  const stranger = { ...asked, key: (await api.newKey()).key };
  assert.equal((await answer(stranger, said("1.1.1"))).status, 404);
  const done = await answer(asked, said("1.1.1"), said("1.1.2", { content: undefined }));
  assert.equal(done.status, 200);
  assert.deepEqual(done.body.required_action.running, ["c1"]);
  assert.deepEqual((await toldTo(asked.chat)).at(-1), "questionAnswered");
  assert.equal((await answer(asked, said("1.1.1"))).body.code, "not_awaiting_results");
});

test("C4 of ten racing answers exactly one wins", async () => {
  const asked = await aChat(2);
  await ask(asked.chat, "c1");
  await ask(asked.chat, "c2");
  const given = await Promise.all(
    Array.from({ length: 10 }, (_, at) => answer(asked, said("1.1.1", { content: { city: `Kyoto ${at}` } }))),
  );
  assert.deepEqual(
    given.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, ...Array.from({ length: 9 }, () => 400)],
  );
});

test("C4 the same questions asked again, as their commit was not heard of, are asked once; a call of another attempt asks nothing", async () => {
  const asked = await aChat();
  assert.deepEqual(await ask(asked.chat, "c1"), ["1.1.1"]);
  assert.deepEqual(await ask(asked.chat, "c1"), ["1.1.1"]);
  assert.equal(await ask(asked.chat, "c1", { scheduled_ms: 1, key: "2.1" }), null);
  const { required_action } = await readChat(asked, asked.chat.id);
  assert.equal(required_action?.tool_calls[0]?.questions?.length, 1);
});

const begin = async (chat: TestChat, scheduledMs: number) => {
  const ref = await refOf(chat, "c1");
  return (await inUnit(chat.store, (unit) => beginToolCall(unit, ref, scheduledMs))).result;
};

test("C4 X9 a call that asked is claimed again only with the answers, as the first of another effect", async () => {
  const asked = await aChat();
  await ask(asked.chat, "c1", { resume: { state: "ticket" } });
  assert.equal((await begin(asked.chat, 1)).type, "asked");
  await answer(asked, said("1.1.1"));
  const again = await begin(asked.chat, 2);
  assert.ok(again.type === "claimed");
  const { attempts, attempts_before, lost_workers, questions } = again.execution;
  assert.deepEqual([attempts, attempts_before, lost_workers], [2, 1, 0]);
  assert.deepEqual(
    [questions?.resume, questions?.kept[0]?.answer?.content],
    [{ state: "ticket" }, { city: "Kyoto" }],
  );
});

test("C4 X9 what a call asked on a connection ends when another worker takes the call, and nobody answers it any more", async () => {
  const asked = await aChat();
  await ask(asked.chat, "c1", { held_ms: 60_000 });
  const shown = (await readChat(asked, asked.chat.id)).required_action;
  assert.deepEqual([shown?.running, shown?.deadline_at], [["c1"], shown?.tool_calls[0]?.deadline_at]);
  const again = await begin(asked.chat, 1);
  assert.ok(again.type === "claimed");
  assert.deepEqual([again.execution.attempts_before, again.execution.lost_workers], [0, 1]);
  assert.deepEqual((await readChat(asked, asked.chat.id)).required_action?.tool_calls, []);
  assert.equal((await answer(asked, said("1.1.1"))).body.code, "not_awaiting_results");
});

test("C4 D4 a step goes on when its last question is over and all results are there", async () => {
  const asked = await aChat();
  await ask(asked.chat, "c1", { held_ms: 60_000 });
  const ref = await refOf(asked.chat, "c1");
  await inUnit(asked.chat.store, (unit) => endQuestions(unit, ref));
  const result: JsonObject = { content: "done" };
  await finishToolCall(asked.chat.store.pool, { ...ref, result, is_error: false, truncated: false });
  await asked.chat.settle({ type: "tools-done" });
  const row = await asked.chat.row();
  assert.deepEqual([row.status, row.required_action], ["running", null]);
  assert.deepEqual((await asked.chat.shortHistory()).at(-1), "tool:result(c1)");
});

test("C4 G6 what a subagent's tool asks shows in the attention of its root, and is answered at the subagent", async () => {
  const asked = await aChat();
  const child = await spawned(asked.chat);
  await beginCalls(child, 1);
  const attention = async () =>
    (await readChat(asked, asked.chat.id)).attention.flatMap(({ chat_id, tool_calls }) =>
      tool_calls.map(({ tool_name, kind }) => `${chat_id} ${tool_name} ${kind}`),
    );
  await ask(child, "c1");
  assert.deepEqual(await attention(), [`${child.id} inn__book question`]);
  assert.equal((await answer({ ...asked, chat: child }, said("1.1.1"))).status, 200);
  assert.deepEqual(await attention(), []);
});

test("C4 G6 the attention of a root follows the deadline of what is still asked", async () => {
  const asked = await aChat();
  const child = await spawned(asked.chat);
  await beginCalls(child, 1);
  await ask(child, "c1", { held_ms: 60_000 });
  await ask(child, "c1", { held_ms: 600_000, key: "1.2" });
  const before = await readChat(asked, asked.chat.id);
  await answer({ ...asked, chat: child }, said("1.1.1"));
  const after = await readChat(asked, asked.chat.id);
  const deadlineOf = ({ attention }: Chat) => Date.parse(attention[0]?.tool_calls[0]?.deadline_at ?? "");
  assert.ok(deadlineOf(after) > deadlineOf(before) + 500_000);
  assert.equal(after.snapshot_version, before.snapshot_version + 1, "readers of the root are told");
});

test("C4 answers are held against forms of any size", async () => {
  const asked = await aChat();
  const choices = Array.from({ length: 1_500 }, (_, at) => `v${at}`);
  const properties = { room: { type: "string", enum: choices }, note: { type: "string", default: "none" } };
  const schema = { type: "object", properties, required: ["note"] };
  await ask(asked.chat, "c1", { questions: [{ mode: "form", message: "Which?", schema }] });
  const note = "x".repeat(20_000);
  for (const content of [{ room: "v1500", note }, { room: "v1" }])
    assert.equal((await answer(asked, said("1.1.1", { content }))).body.code, "answer_refused");
  assert.equal((await answer(asked, said("1.1.1", { content: { room: "v1499", note } }))).status, 200);
});
