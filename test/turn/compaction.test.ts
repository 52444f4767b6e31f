// Tests: compaction in whole turns: by threshold, by request and by overflow, and what ends it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import type { Chat, Message } from "../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { untilDead } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

/** The model config that summarises, and the scripts under which its calls are found. */
const SUMMARISER = "summariser";
const SUMMARIES = `model:${SUMMARISER}`;
const LIMIT = 1_000;

let everturn: Everturn;
/** A model of a thousand tokens. */
let small: string;
before(async () => {
  everturn = await startEverturn({ env: { EVERTURN_COMPACTION_MODEL: SUMMARISER } });
  small = await addModel("small", LIMIT);
  await addModel(SUMMARISER, null);
});
beforeEach(() => summarise({ text: "the gist of it", chunk: 3 }));
after(() => everturn.stop());

async function addModel(name: string, context_limit: number | null): Promise<string> {
  const id = randomUUID();
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model, context_limit) values ($1, $2, 'openai', $2, $3)",
    [id, name, context_limit],
  );
  return id;
}

/** What the summarising model does from now on. */
function summarise(step: ScriptStepWithAttempts): void {
  everturn.model.script(SUMMARIES, [step]);
}

const full = { usage: { input_tokens: 800, output_tokens: 5 } };
const roomy = { usage: { input_tokens: 50, output_tokens: 5 } };
const grep = [{ name: "list_templates", args: {} }];

function summaryOf(messages: readonly Message[]) {
  const parts = messages.flatMap((message) => message.content);
  const results = parts.flatMap((part) =>
    part.type === "tool-result" && part.tool_name === "chat_summarized" ? [part.result] : [],
  );
  return results as readonly Record<string, unknown>[];
}

/** What the model was sent in its newest call under a key, as one text. */
function lastPrompt(key: string): string {
  return JSON.stringify(everturn.model.requests(key).at(-1)?.body);
}

async function settled(chatId: string) {
  const reader = everturn.reader(chatId);
  await reader.untilIdle();
  return { reader, stored: await assertSettled(everturn, chatId, [reader]) };
}

/** A chat of one answered turn. */
async function answeredChat(usage: ScriptStepWithAttempts = roomy): Promise<Chat> {
  const chat = await everturn.createChat(script({ text: "an old answer", ...usage }), {
    model_config_id: small,
  });
  await settled(chat.id);
  return chat;
}

async function send(chat: Chat, steps: ScriptStepWithAttempts, key: string = randomUUID()): Promise<string> {
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: script(steps, key) });
  return key;
}

const compact = (chat: Chat) => everturn.answer("POST", `/v1/chats/${chat.id}/compact`);
const clear = (chat: Chat) => everturn.answer("POST", `/v1/chats/${chat.id}/clear`);

/** A chat in the middle of a compaction that was asked for: its summary stands at the gate, a few parts long. */
async function compactingChat(gate: string) {
  summarise({ parts: 40, hold_until: gate, hold_after: 5 });
  const chat = await answeredChat();
  const reader = everturn.reader(chat.id);
  assert.equal((await compact(chat)).status, 200);
  await reader.until("the summary is under way", ({ previews }) => {
    const parts = [...(previews.get("")?.content.values() ?? [])];
    return parts.some((part) => part.type === "tool-output" && part.text.includes("t5"));
  });
  return { chat, reader };
}

test("K1 K3 K4 K5 over the threshold the turn goes on from a summary, with what was asked word for word", async () => {
  const key = randomUUID();
  summarise({ text: "the gist of it", chunk: 3, hold_until: key, hold_after: 3 });
  // After a compaction the model finds no answer of its own behind the message, and begins the script anew.
  const attempts = [{ text: "let me see", tool_calls: grep, ...full }, { text: "done" }];
  const chat = await everturn.createChat(script({ attempts }, key), { model_config_id: small });
  const reader = everturn.reader(chat.id);
  await reader.until("the summary is being written", (view) =>
    [...(view.previews.get("")?.content.values() ?? [])].some(
      (part) => part.type === "tool-output" && part.text.includes("the gist"),
    ),
  );
  everturn.model.release(key);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(summaryOf(stored), [
    {
      summary: "the gist of it",
      source: "automatic",
      threshold_percent: 70,
      usage_percent: 80,
      context_tokens: 800,
      context_limit_tokens: LIMIT,
    },
  ]);
  assert.ok(textOf(stored[1] as Message).includes("let me see"), "the transcript stays readable");
  assert.equal(textOf(stored.at(-1) as Message), "done");
  const prompt = lastPrompt(key);
  assert.ok(prompt.includes("the gist of it") && !prompt.includes("function_call"));
  assert.ok(prompt.includes("#script"), "the message that wants its answer is there");
});

test("K1 K4 what the last turn filled is compacted before the next message is answered, and that one is kept", async () => {
  const chat = await answeredChat(full);
  const key = await send(chat, { text: "a new answer", ...roomy });
  const { stored } = await settled(chat.id);
  assert.equal(summaryOf(stored).length, 1);
  assert.equal(textOf(stored.at(-1) as Message), "a new answer");
  const prompt = lastPrompt(key);
  assert.ok(prompt.includes("the gist of it") && prompt.includes(key) && !prompt.includes("an old answer"));
  assert.ok(prompt.indexOf("the gist") < prompt.indexOf(key), "it follows the boundary");
});

test("K2 a threshold of 100 leaves the context as it is", async () => {
  const off = await addModel(`off-${randomUUID()}`, LIMIT);
  await everturn.pool.query("update model_configs set compression_threshold = 100 where id = $1", [off]);
  const chat = await everturn.createChat(script({ text: "an old answer", ...full }), {
    model_config_id: off,
  });
  await settled(chat.id);
  const key = await send(chat, { text: "a new answer", ...full });
  const { stored } = await settled(chat.id);
  assert.deepEqual(summaryOf(stored), []);
  assert.ok(lastPrompt(key).includes("an old answer"));
});

test("K5 directly after a compaction there is no other; over the limit all the same, the turn ends", async () => {
  const key = randomUUID();
  const over = { usage: { input_tokens: LIMIT + 200, output_tokens: 5 } };
  const attempts = [{ tool_calls: grep, ...full }, { tool_calls: grep, ...over }, { text: "never" }];
  const chat = await everturn.createChat(script({ attempts }, key), { model_config_id: small });
  const { reader, stored } = await settled(chat.id);
  assert.deepEqual([reader.view.status, reader.view.error?.kind], ["error", "context_overflow"]);
  assert.equal(summaryOf(stored).length, 1);
  assert.equal(everturn.model.requests(key).length, 2);
});

test("K6 an idle chat is compacted on request, and is at rest afterwards; nothing since: 409", async () => {
  const chat = await answeredChat();
  const answered = await compact(chat);
  assert.deepEqual([answered.status, answered.body.status], [200, "running"]);
  const { reader, stored } = await settled(chat.id);
  assert.deepEqual([reader.view.status, stored.length], ["waiting", 4]);
  assert.deepEqual(
    summaryOf(stored).map(({ source, usage_percent }) => [source, usage_percent]),
    [["manual", 5]],
  );
  const again = await compact(chat);
  assert.deepEqual([again.status, again.body.code], [409, "nothing_to_compact"]);
  const key = await send(chat, { text: "a new answer" });
  await settled(chat.id);
  assert.ok(lastPrompt(key).includes("the gist of it") && !lastPrompt(key).includes("an old answer"));
});

test("K6 K4 a failed turn's chat is compacted on request; its unanswered message stays word for word", async () => {
  const chat = await answeredChat();
  const failed = await send(chat, { http_error: { status: 401, message: "no" } });
  assert.equal((await settled(chat.id)).reader.view.status, "error");
  assert.equal((await compact(chat)).status, 200);
  const { reader, stored } = await settled(chat.id);
  assert.deepEqual([reader.view.status, reader.view.error], ["waiting", null]);
  assert.equal(summaryOf(stored).length, 1);
  const key = await send(chat, { text: "a new answer" });
  await settled(chat.id);
  const prompt = lastPrompt(key);
  assert.ok(prompt.includes(failed) && !prompt.includes("an old answer"));
});

test("K6 what was never answered is nothing to compact, and a running chat is refused", async () => {
  const chat = await everturn.createChat(script({ http_error: { status: 401, message: "no" } }));
  await settled(chat.id);
  assert.equal((await compact(chat)).body.code, "nothing_to_compact");
  const key = randomUUID();
  await send(chat, { parts: 3, hold_until: key }, key);
  await everturn.model.waitFor({ key, event: "held" });
  assert.deepEqual([(await compact(chat)).status, (await clear(chat)).status], [409, 409]);
  everturn.model.release(key);
  await settled(chat.id);
});

const overflow = { http_error: { status: 400, code: "context_length_exceeded", message: "too long" } };

test("X3 K5 a prompt that the provider refuses as too long is compacted, and the call is made again", async () => {
  const chat = await answeredChat();
  const key = await send(chat, { attempts: [overflow, { text: "it fits now" }] });
  const { stored } = await settled(chat.id);
  assert.equal(summaryOf(stored)[0]?.["source"], "overflow");
  assert.equal(textOf(stored.at(-1) as Message), "it fits now");
  assert.equal(everturn.model.requests(key).length, 2);
});

test("X3 K5 a prompt that is too long after its compaction ends the turn", async () => {
  const chat = await answeredChat();
  const key = await send(chat, overflow);
  const { reader, stored } = await settled(chat.id);
  assert.deepEqual([reader.view.status, reader.view.error?.kind], ["error", "context_overflow"]);
  assert.deepEqual([summaryOf(stored).length, everturn.model.requests(key).length], [1, 2]);
});

test("X3 a first message that is too long ends its turn at once: there is nothing to compact", async () => {
  const key = randomUUID();
  const chat = await everturn.createChat(script(overflow, key));
  const { reader, stored } = await settled(chat.id);
  assert.deepEqual([reader.view.error?.kind, stored.length], ["context_overflow", 1]);
  assert.equal(everturn.model.requests(key).length, 1);
});

test("K5 a history that is too long for the summarising model is summarised from less of it", async () => {
  const before_ = everturn.model.requests(SUMMARIES).length;
  const chat = await answeredChat({ parts: 300, ...roomy });
  summarise({ attempts: [overflow, overflow, { text: "the gist of it" }] });
  await compact(chat);
  const { stored } = await settled(chat.id);
  assert.equal(summaryOf(stored).length, 1);
  const asked = everturn.model.requests(SUMMARIES).slice(before_);
  const lengths = asked.map(({ body }) => JSON.stringify(body).length);
  assert.equal(lengths.length, 3);
  assert.ok(
    (lengths[1] as number) < (lengths[0] as number) && (lengths[2] as number) < (lengths[1] as number),
  );
});

const useless: readonly [string, ScriptStepWithAttempts, string][] = [
  ["cut off", { text: "the gist is", max_tokens: true }, "generic"],
  ["made of nothing but blanks", { text: "   " }, "no_output"],
];
for (const [what, step, kind] of useless) {
  test(`K1 a summary that is ${what} ends the turn in words, and changes nothing`, async () => {
    summarise(step);
    const chat = await answeredChat();
    await compact(chat);
    const { reader, stored } = await settled(chat.id);
    assert.deepEqual([reader.view.error?.kind, summaryOf(stored)], [kind, []]);
    const key = await send(chat, { text: "a new answer" });
    await settled(chat.id);
    assert.ok(lastPrompt(key).includes("an old answer"));
  });
}

test("X1 K5 a summary whose provider is overloaded is tried again, and shown once", async () => {
  const attempts = [{ http_error: { status: 529, message: "busy" } }, { parts: 9, cut_after: 4 }];
  summarise({ attempts: [...attempts, { text: "the gist of it" }] });
  const chat = await answeredChat();
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  await compact(chat);
  await reader.until("it has been retried", () => reader.events.some(({ type }) => type === "retry"));
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    summaryOf(stored).map(({ summary }) => summary),
    ["the gist of it"],
  );
});

test("I1 K5 an interrupt ends a compaction at once, and nothing of it stays", async () => {
  const gate = randomUUID();
  const { chat, reader } = await compactingChat(gate);
  const call = everturn.model.requests(SUMMARIES).at(-1);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual([reader.view.status, stored.length], ["waiting", 2]);
  await soon("the provider's line is closed", () => {
    const entry = everturn.model.requests(SUMMARIES).find(({ id }) => id === call?.id);
    return entry?.status === "client_closed";
  });
  everturn.model.release(gate);
});

test("E1 K5 an edit ends a compaction, and the new message is answered from the whole of what is left", async () => {
  const gate = randomUUID();
  const { chat, reader } = await compactingChat(gate);
  const [first] = reader.view.messages;
  const content = script({ text: "edited answer" });
  await everturn.call("PATCH", `/v1/chats/${chat.id}/messages/${first?.id}`, { content });
  await reader.until("the new answer", ({ messages }) => messages.length === 2);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(textOf(stored[1] as Message), "edited answer");
  everturn.model.release(gate);
});

test("Q2 Q6 K6 a message sent during a compaction waits for it, and is answered from the summary", async () => {
  const gate = randomUUID();
  const { chat, reader } = await compactingChat(gate);
  const key = await send(chat, { text: "a new answer" });
  await reader.until("it is queued", ({ queued_messages }) => queued_messages.length === 1);
  everturn.model.release(gate);
  await reader.until("it is answered", ({ messages }) =>
    messages.some((message) => textOf(message) === "a new answer"),
  );
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(summaryOf(stored).length, 1);
  assert.ok(lastPrompt(key).includes("t40") && !lastPrompt(key).includes("an old answer"));
});

test("K5 K6 a compaction whose worker is killed is done anew by another, once", async () => {
  const gate = randomUUID();
  const { chat, reader } = await compactingChat(gate);
  await Promise.all(everturn.workers.splice(0).map((worker) => worker.kill()));
  summarise({ text: "the gist of it" });
  await everturn.startWorker();
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    summaryOf(stored).map(({ summary }) => summary),
    ["the gist of it"],
  );
  everturn.model.release(gate);
});

test("K6 a compaction whose worker dies after the commit is not done twice", async () => {
  const chat = await answeredChat();
  await Promise.all(everturn.workers.splice(0).map((worker) => worker.kill()));
  const dying = await everturn.startWorker({ EVERTURN_FAILPOINT: "compactHistory:committed" });
  await compact(chat);
  await untilDead(dying);
  everturn.workers.length = 0;
  await everturn.startWorker();
  const { stored } = await settled(chat.id);
  assert.equal(summaryOf(stored).length, 1);
});

test("K6 clear lets the next prompt begin anew without a model call, and the transcript stays", async () => {
  const chat = await answeredChat();
  const calls = everturn.model.requests().length;
  assert.deepEqual([(await clear(chat)).status, (await clear(chat)).body.status], [200, "waiting"]);
  assert.equal(everturn.model.requests().length, calls);
  const cleared = (await settled(chat.id)).stored;
  assert.deepEqual(
    cleared.map(({ role }) => role),
    ["user", "assistant", "system"],
  );
  const key = await send(chat, { text: "a new answer" });
  const { stored } = await settled(chat.id);
  assert.equal(stored.length, 5);
  const prompt = lastPrompt(key);
  assert.ok(!prompt.includes("an old answer") && !prompt.includes("context was cleared"));
});

test("K6 S2 clear works from an error, which it takes away", async () => {
  const chat = await everturn.createChat(script(overflow));
  await settled(chat.id);
  const { body } = await clear(chat);
  assert.deepEqual([body.status, body.last_error], ["waiting", null]);
  const key = await send(chat, { text: "a new answer" });
  await settled(chat.id);
  assert.ok(!lastPrompt(key).includes("context_length_exceeded"));
});
