// The demo model's Chat Completions, read by the official client: one hand writes model and adapters, this hand wrote neither.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import OpenAI from "openai";
import type { ScriptStepWithAttempts } from "../plan/script-step.ts";
import { collect, scripted, withDemoModel } from "../with-demo-model.ts";

async function clientOf(t: TestContext): Promise<OpenAI> {
  const { url } = await withDemoModel(t);
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
}

const ask = (step: ScriptStepWithAttempts) => ({
  model: "demo",
  stream_options: { include_usage: true },
  messages: [{ role: "user" as const, content: scripted(step) }],
});

const twoCalls: ScriptStepWithAttempts = {
  text: "looking",
  tool_calls: [
    { name: "grep", args: { pattern: "a b" }, id: "call_0", pieces: 5 },
    { name: "list_dir", args: {}, id: "call_1" },
  ],
  interleaved: true,
};

test("the official client accumulates text and usage of a chat completion", async (t) => {
  const client = await clientOf(t);
  const usage = { input_tokens: 10, cache_read_tokens: 5, cache_write_tokens: 2, output_tokens: 7 };
  const stream = client.chat.completions.stream(ask({ text: "Hello, wide world!", usage }));
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0]?.message.content, "Hello, wide world!");
  assert.equal(final.choices[0]?.finish_reason, "stop");
  assert.equal(final.usage?.prompt_tokens, 17);
  assert.equal(final.usage?.prompt_tokens_details?.cached_tokens, 5);
  assert.equal(final.usage?.completion_tokens, 7);
  assert.equal(final.usage?.total_tokens, 24);
});

test("usage comes only when it is asked for, and a script can withhold it", async (t) => {
  const client = await clientOf(t);
  const { stream_options: _, ...unasked } = ask({ text: "hi" });
  for (const body of [unasked, ask({ text: "hi", no_usage: true })]) {
    const chunks = await collect(await client.chat.completions.create({ ...body, stream: true }));
    assert.ok(chunks.every((chunk) => chunk.usage === undefined || chunk.usage === null));
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, "stop");
  }
});

test("parallel calls whose arguments come interleaved in pieces are put together by index", async (t) => {
  const client = await clientOf(t);
  const final = await client.chat.completions.stream(ask(twoCalls)).finalChatCompletion();
  const calls = final.choices[0]?.message.tool_calls ?? [];
  assert.deepEqual(
    calls.map((call) =>
      call.type === "function" ? [call.id, call.function.name, call.function.arguments] : [],
    ),
    [
      ["call_0", "grep", '{"pattern":"a b"}'],
      ["call_1", "list_dir", "{}"],
    ],
  );
  assert.equal(final.choices[0]?.finish_reason, "tool_calls");
});

test("reasoning comes in reasoning_content before the text", async (t) => {
  const client = await clientOf(t);
  const body = { ...ask({ reasoning: "hm, well", text: "so be it" }), stream: true as const };
  const deltas = (await collect(await client.chat.completions.create(body))).map(
    (chunk) => (chunk.choices[0]?.delta ?? {}) as { content?: string; reasoning_content?: string },
  );
  assert.equal(deltas.map((delta) => delta.reasoning_content ?? "").join(""), "hm, well");
  assert.equal(deltas.map((delta) => delta.content ?? "").join(""), "so be it");
  const lastThought = deltas.findLastIndex((delta) => delta.reasoning_content !== undefined);
  assert.ok(lastThought < deltas.findIndex((delta) => (delta.content ?? "") !== ""));
});

test("a missing tool call id is missing on the wire, and arguments need not be JSON", async (t) => {
  const client = await clientOf(t);
  const step = { tool_calls: [{ name: "grep", raw_args: "{oops", id: null }] };
  const body = { ...ask(step), stream: true as const };
  const chunks = await collect(await client.chat.completions.create(body));
  const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
  assert.ok(calls.length > 1 && calls.every((call) => !("id" in call)));
  assert.equal(calls.map((call) => call.function?.arguments ?? "").join(""), "{oops");
});

test("content filter and token limit are finish reasons", async (t) => {
  const client = await clientOf(t);
  for (const [step, reason] of [
    [{ text: "a", content_filter: true }, "content_filter"],
    [{ text: "a", max_tokens: true }, "length"],
    [{ empty: true }, "stop"],
  ] as const) {
    const body = { ...ask(step), stream: true as const };
    const chunks = await collect(await client.chat.completions.create(body));
    const reasons = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason));
    assert.deepEqual(
      reasons.filter((each) => each !== null),
      [reason],
    );
  }
});

test("without streaming the same answer comes as one completion", async (t) => {
  const client = await clientOf(t);
  const { stream_options: _, ...body } = ask({ ...twoCalls, reasoning: "hm" });
  const completion = await client.chat.completions.create(body);
  const message = completion.choices[0]?.message;
  assert.equal(message?.content, "looking");
  assert.equal(message?.tool_calls?.length, 2);
  assert.equal((message as { reasoning_content?: string }).reasoning_content, "hm");
  assert.ok((completion.usage?.completion_tokens ?? 0) > 0);
});

test("HTTP errors carry status, type, code and Retry-After", async (t) => {
  const client = await clientOf(t);
  const limited = { status: 429, message: "slow down", retry_after: 7, retry_after_ms: 6500 };
  const call = client.chat.completions.stream(ask({ http_error: limited })).finalChatCompletion();
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.code, "rate_limit_exceeded");
    assert.equal(error.headers.get("retry-after"), "7");
    assert.equal(error.headers.get("retry-after-ms"), "6500");
    assert.match(error.message, /slow down/);
    return true;
  });
  const quota = { status: 429, type: "insufficient_quota", code: "insufficient_quota" };
  await assert.rejects(client.chat.completions.stream(ask({ http_error: quota })).done(), {
    code: "insufficient_quota",
  });
  const page = client.chat.completions.stream(ask({ http_error: { status: 502, html: true } })).done();
  await assert.rejects(page, /502.*<html>/s);
});

test("a wrong key and an unknown model are refused in the dialect's words", async (t) => {
  const { url } = await withDemoModel(t);
  const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: "invalid", maxRetries: 0 });
  await assert.rejects(stranger.chat.completions.create(ask({ text: "x" })), {
    status: 401,
    code: "invalid_api_key",
  });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
  const missing = client.chat.completions.create({ ...ask({ text: "x" }), model: "no-such-model" });
  await assert.rejects(missing, { status: 404, code: "model_not_found" });
  const models = await collect(client.models.list());
  assert.deepEqual(
    models.map((model) => model.id),
    ["demo", "demo-slow"],
  );
  assert.equal((await client.models.retrieve("demo")).id, "demo");
});

test("an error in the stream follows the parts sent before it", async (t) => {
  const client = await clientOf(t);
  const step = { parts: 5, stream_error_after: 2, stream_error: { message: "lost", code: "server_error" } };
  const stream = client.chat.completions.stream(ask(step));
  let text = "";
  stream.on("content", (delta) => (text += delta));
  await assert.rejects(stream.done(), { code: "server_error", message: /lost/ });
  assert.equal(text, "t1 t2");
});

test("a tool call without its result is refused as the real service does", async (t) => {
  const client = await clientOf(t);
  const call = { id: "c1", type: "function" as const, function: { name: "grep", arguments: "{}" } };
  const messages = [
    { role: "user" as const, content: "hi" },
    { role: "assistant" as const, tool_calls: [call] },
    { role: "user" as const, content: "well?" },
  ];
  await assert.rejects(client.chat.completions.create({ model: "demo", messages }), { status: 400 });
});
