// The demo model's Messages, read by the official client.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import type { ScriptStepWithAttempts } from "../plan/script-step.ts";
import { collect, scripted, withDemoModel } from "../with-demo-model.ts";

async function clientOf(t: TestContext, apiKey = "any"): Promise<Anthropic> {
  const { url } = await withDemoModel(t);
  return new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
}

const ask = (step: ScriptStepWithAttempts) => ({
  model: "demo",
  max_tokens: 1000,
  messages: [{ role: "user" as const, content: scripted(step) }],
});

test("the official client accumulates text, signed thinking and usage of a message", async (t) => {
  const client = await clientOf(t);
  const usage = { input_tokens: 10, cache_read_tokens: 5, cache_write_tokens: 2, output_tokens: 7 };
  const final = await client.messages
    .stream(ask({ reasoning: "hm, well", text: "Hello, world!", usage }))
    .finalMessage();
  const [thinking, text] = final.content;
  assert.ok(thinking?.type === "thinking" && text?.type === "text");
  assert.equal(thinking.thinking, "hm, well");
  assert.ok(thinking.signature.length > 0);
  assert.equal(text.text, "Hello, world!");
  assert.equal(final.stop_reason, "end_turn");
  assert.equal(final.usage.input_tokens, 10);
  assert.equal(final.usage.cache_read_input_tokens, 5);
  assert.equal(final.usage.cache_creation_input_tokens, 2);
  assert.equal(final.usage.output_tokens, 7);
});

test("events come in the order of the real service, pings among them", async (t) => {
  const { url } = await withDemoModel(t);
  const step = { reasoning: "hm", text: "yes", tool_calls: [{ name: "grep", args: {}, pieces: 1 }] };
  const body = JSON.stringify({ ...ask(step), stream: true });
  const text = await (await fetch(`${url}/v1/messages`, { method: "POST", body })).text();
  assert.deepEqual(
    [...text.matchAll(/^event: (.*)\ndata: \{"type":"\1"/gm)].map((found) => found[1]),
    [
      "message_start",
      "content_block_start",
      "ping",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ],
  );
});

test("parallel calls, one after the other or interleaved, come out whole", async (t) => {
  const client = await clientOf(t);
  const tool_calls = [
    { name: "grep", args: { pattern: "a b" }, id: "toolu_0", pieces: 5 },
    { name: "list_dir", args: {} },
  ];
  for (const interleaved of [false, true]) {
    const final = await client.messages
      .stream(ask({ text: "looking", tool_calls, interleaved }))
      .finalMessage();
    const calls = final.content.filter((block) => block.type === "tool_use");
    assert.deepEqual(
      calls.map((call) => [call.name, call.input]),
      [
        ["grep", { pattern: "a b" }],
        ["list_dir", {}],
      ],
    );
    assert.equal(calls[0]?.id, "toolu_0");
    assert.match(calls[1]?.id ?? "", /^toolu_/);
    assert.equal(final.stop_reason, "tool_use");
  }
});

test("refusal and token limit are stop reasons, and an empty message has no blocks", async (t) => {
  const client = await clientOf(t);
  const refused = await client.messages.stream(ask({ text: "so far", content_filter: true })).finalMessage();
  assert.equal(refused.stop_reason, "refusal");
  assert.ok((refused.stop_details?.explanation ?? "") !== "");
  const cut = await client.messages.stream(ask({ text: "so far", max_tokens: true })).finalMessage();
  assert.equal(cut.stop_reason, "max_tokens");
  const empty = await client.messages.stream(ask({ empty: true })).finalMessage();
  assert.deepEqual([empty.content, empty.stop_reason], [[], "end_turn"]);
});

test("without streaming the same answer comes as one message", async (t) => {
  const client = await clientOf(t);
  const step = { reasoning: "hm", text: "yes", tool_calls: [{ name: "grep", args: { pattern: "x" } }] };
  const message = await client.messages.create(ask(step));
  assert.deepEqual(
    message.content.map((block) => block.type),
    ["thinking", "text", "tool_use"],
  );
  assert.ok(message.usage.output_tokens > 0);
});

test("errors carry their type, before the stream with Retry-After, within it after the parts sent", async (t) => {
  const client = await clientOf(t);
  const overloaded = client.messages.stream(ask({ http_error: { status: 529, retry_after: 3 } })).done();
  await assert.rejects(overloaded, (error) => {
    assert.ok(error instanceof Anthropic.APIError);
    assert.deepEqual(
      [error.status, error.type, error.headers?.get("retry-after")],
      [529, "overloaded_error", "3"],
    );
    return true;
  });
  const stream = client.messages.stream(ask({ parts: 5, stream_error_after: 2 }));
  let text = "";
  stream.on("text", (delta) => (text += delta));
  await assert.rejects(stream.done(), { type: "overloaded_error" });
  assert.equal(text, "t1 t2");
});

test("a wrong key, an unknown model and impossible prompts are refused in the dialect's words", async (t) => {
  const stranger = await clientOf(t, "invalid");
  await assert.rejects(stranger.messages.create(ask({ text: "x" })), {
    status: 401,
    type: "authentication_error",
  });
  const client = await clientOf(t);
  const missing = client.messages.create({ ...ask({ text: "x" }), model: "no-such-model" });
  await assert.rejects(missing, { status: 404, type: "not_found_error" });
  const user = { role: "user" as const, content: "hi" };
  const assistant = (content: string | Anthropic.ContentBlockParam[]) => ({
    role: "assistant" as const,
    content,
  });
  const call = { type: "tool_use" as const, id: "c1", name: "grep", input: {} };
  const result = { type: "tool_result" as const, tool_use_id: "c9", content: "x" };
  for (const messages of [
    [],
    [assistant("I begin")],
    [user, assistant("trailing space ")],
    [{ role: "user" as const, content: "" }],
    [user, assistant([call]), user],
    [user, assistant("no call"), { role: "user" as const, content: [result] }],
  ]) {
    await assert.rejects(client.messages.create({ ...ask({}), messages }), {
      status: 400,
      type: "invalid_request_error",
    });
  }
  const models = await collect(client.models.list());
  assert.deepEqual(
    models.map((model) => model.id),
    ["demo", "demo-slow"],
  );
});

test("an answer that the caller has begun is continued where it stopped, else given anew", async (t) => {
  const client = await clientOf(t);
  const continued = async (begun: string, step: ScriptStepWithAttempts) => {
    const body = ask(step);
    const messages = [...body.messages, { role: "assistant" as const, content: begun }];
    const final = await client.messages.stream({ ...body, messages }).finalMessage();
    return final.content.map((block) => (block.type === "text" ? block.text : block.type)).join("|");
  };
  assert.equal(await continued("t1 t2", { parts: 4 }), " t3 t4");
  assert.equal(await continued("Hello, wi", { reasoning: "hm", text: "Hello, wide world" }), "de world");
  assert.equal(await continued("Something else", { reasoning: "hm", text: "Hello" }), "thinking|Hello");
});
