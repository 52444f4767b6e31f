// Tests: turns whose model calls fail, by the kinds of failure people meet.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ env: { EVERTURN_STREAM_SILENCE_MS: "2000" } });
});
after(() => everturn.stop());

async function runTurn(content: string, more: Record<string, unknown> = {}) {
  const chat = await everturn.createChat(content, more);
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  return { stored, reader, error: reader.view.error, status: reader.view.status };
}

const PROVIDERS = ["openai", "anthropic"] as const;

/** The demo model as this provider speaks it. */
async function modelOf(provider: (typeof PROVIDERS)[number]): Promise<{ model_config_id: string }> {
  const { rows } = await everturn.pool.query<{ id: string }>(
    "select id from model_configs where provider = $1 and enabled",
    [provider],
  );
  return { model_config_id: rows[0]?.id ?? "" };
}

/** The last: who says so; absent: both. */
const terminal: readonly [string, ScriptStepWithAttempts, string, (typeof PROVIDERS)[number]?][] = [
  ["a refused key", { http_error: { status: 401, message: "bad key" } }, "auth"],
  ["a bad request", { http_error: { status: 400, message: "no such parameter" } }, "config"],
  ["a refused address", { http_error: { status: 403, message: "forbidden" } }, "auth"],
  ["a model that is not there", { http_error: { status: 404, message: "no such model" } }, "config"],
  ["a request that is too large", { http_error: { status: 413, message: "too large" } }, "config"],
  ["a request that makes no sense", { http_error: { status: 422, message: "cannot be" } }, "config"],
  [
    "an exhausted quota",
    { http_error: { status: 429, code: "insufficient_quota", message: "pay" } },
    "usage_limit",
    "openai",
  ],
  [
    "an empty account",
    { http_error: { status: 400, message: "Your credit balance is too low to access the API." } },
    "usage_limit",
    "anthropic",
  ],
  ["a content filter", { text: "well", content_filter: true }, "content_filter"],
];
for (const [what, step, kind, speaker] of terminal) {
  test(`X3 X4 ${what} ends the turn at once, kind ${kind}, in words, whoever says so`, async () => {
    for (const provider of speaker === undefined ? PROVIDERS : [speaker]) {
      const key = randomUUID();
      const { error, status } = await runTurn(script(step, key), await modelOf(provider));
      assert.deepEqual([status, error?.kind, error?.retryable], ["error", kind, false], provider);
      assert.ok((error?.message.length ?? 0) > 10);
      assert.equal(everturn.model.requests(key).length, 1);
    }
  });
}

const retried: readonly [string, ScriptStepWithAttempts][] = [
  ["an overloaded provider", { http_error: { status: 529, message: "busy" } }],
  ["a provider's own fault", { http_error: { status: 500, message: "oops" } }],
  ["a gateway's page", { http_error: { status: 502, html: true } }],
  ["a gateway that waited in vain", { http_error: { status: 504, html: true } }],
  ["an error within the stream", { parts: 2, stream_error: { type: "overloaded_error", message: "busy" } }],
  [
    "a rate limit that mentions quota",
    { http_error: { status: 429, message: "quota per minute", retry_after_ms: 20 } },
  ],
  ["a stream cut short", { parts: 5, cut_after: 3 }],
  ["a stream without its end", { parts: 5, end_without_terminal_after: 5 }],
  ["a provider that falls silent", { parts: 3, stall_after: 3 }],
  ["an answer without output", { empty: true }],
];
for (const [what, step] of retried) {
  test(`X1 X3 X7 ${what} is retried, and nothing of the failed attempt stays`, async () => {
    for (const provider of PROVIDERS) {
      const content = script({ attempts: [step, { text: "fine" }] }, randomUUID());
      const { stored, reader } = await runTurn(content, await modelOf(provider));
      assert.deepEqual([stored.length, textOf(stored[1] as never)], [2, "fine"], provider);
      const kinds = reader.events.map(({ type }) => type);
      assert.ok(kinds.includes("retry"), provider);
    }
  });
}

test("L9 X7 answers without output end the turn after three tries", async () => {
  const key = randomUUID();
  const { error } = await runTurn(script({ reasoning: "hm", empty: true }, key));
  assert.equal(error?.kind, "no_output");
  assert.equal(everturn.model.requests(key).length, 3);
});

test("X7 the text of the terminal attempt is kept, marked as interrupted", async () => {
  const step = {
    parts: 4,
    stream_error: { type: "invalid_request_error", message: "no" },
    stream_error_after: 4,
  };
  const { stored, error } = await runTurn(script(step));
  assert.equal(error === null, false);
  assert.deepEqual([stored[1]?.interrupted, stored[1]?.finish_reason], [true, "error"]);
  assert.ok(textOf(stored[1] as never).includes("t4"));
});

test("X1 an interrupt ends the wait before a retry at once", async () => {
  const step = { http_error: { status: 503, message: "later", retry_after: 200 } };
  const chat = await everturn.createChat(script(step, randomUUID()));
  const reader = everturn.reader(chat.id);
  await reader.until("the retry is shown", ({ retry }) => (retry?.delay_ms ?? 0) >= 200_000);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.until("the chat waits", ({ status }) => status === "waiting");
  await assertSettled(everturn, chat.id, [reader]);
});

test("X1 S1 while a failed call is waited out the chat says so, with the address that failed, and no more when that is over", async () => {
  const step = { http_error: { status: 503, message: "later", retry_after: 200 } };
  const chat = await everturn.createChat(script(step, randomUUID()));
  const reader = everturn.reader(chat.id);
  await reader.until("the retry is shown", ({ retry }) => retry !== null);
  const { status, retry, last_error } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.deepEqual([status, last_error], ["running", null]);
  assert.deepEqual(Object.keys(retry ?? {}), ["attempt", "attempts_max", "kind", "message", "retrying_at"]);
  assert.deepEqual([retry?.attempt, retry?.attempts_max, retry?.kind], [1, 25, "overloaded"]);
  assert.match(retry?.message ?? "", / at 127\.0\.0\.1:\d+ is overloaded/);
  assert.ok(Date.parse(retry?.retrying_at ?? "") > Date.now());
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  assert.equal((await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`)).retry, null);
});

test("X1 E7 a provider that asks for more than the waits of a step ends the turn at once, and regenerating asks again", async () => {
  const key = randomUUID();
  const step = { http_error: { status: 503, message: "come back later", retry_after: 301 } };
  const chat = await everturn.createChat(script({ attempts: [step, { text: "there you are" }] }, key));
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const { error } = reader.view;
  assert.deepEqual([error?.kind, error?.retryable], ["overloaded", true]);
  assert.equal(everturn.model.requests(key).length, 1);
  await everturn.call("POST", `/v1/chats/${chat.id}/regenerate`);
  await reader.until("the answer", ({ messages }) => messages.length === 2);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(textOf(stored[1] as never), "there you are");
});

test("E1 X1 an edit ends the wait before a retry at once", async () => {
  const step = { http_error: { status: 503, message: "later", retry_after: 200 } };
  const chat = await everturn.createChat(script(step, randomUUID()));
  const reader = everturn.reader(chat.id);
  await reader.until("the retry is shown", ({ retry }) => retry !== null);
  const id = reader.view.messages[0]?.id;
  await everturn.call("PATCH", `/v1/chats/${chat.id}/messages/${id}`, {
    content: script({ text: "edited" }),
  });
  await reader.until("the new answer", ({ messages }) => messages.length === 2);
  await reader.untilIdle();
  await assertSettled(everturn, chat.id, [reader]);
});

test("X6 a model whose provider has no key fails before any call", async () => {
  const id = randomUUID();
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model) values ($1, 'keyless', 'openai-compatible', 'm')",
    [id],
  );
  const before_ = everturn.model.requests().length;
  const { error, status } = await runTurn("hello", { model_config_id: id });
  assert.deepEqual([status, error?.kind], ["error", "missing_key"]);
  assert.equal(everturn.model.requests().length, before_);
});
