// Tests what each adapter sends: address, headers and the settings of SPEC L12 in the words of its dialect.
import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, countedIds, fixtureBytes, providerOf, SHORT_REQUEST } from "../__fixtures__/replay.ts";
import type { Fetch, ProviderOptions } from "../http/provider-options.ts";
import type { CallConfig, Dialect } from "../provider.ts";

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

const FIXTURES = {
  "openai-chat": "chat-text.sse",
  "openai-responses": "responses-text.sse",
  anthropic: "anthropic-text.sse",
} as const;

const TOOL = { name: "grep", description: "Searches", parameters: { type: "object", properties: {} } };

async function send(
  dialect: Dialect,
  config: CallConfig = {},
  more: Partial<ProviderOptions> & { model?: string } = {},
): Promise<Sent> {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    sent.push({
      url: input instanceof Request ? input.url : input.toString(),
      headers: new Headers(init?.headers),
      body: JSON.parse(typeof init?.body === "string" ? init.body : ""),
    });
    return new Response(fixtureBytes(FIXTURES[dialect]), {
      headers: { "content-type": "text/event-stream" },
    });
  };
  const request = {
    ...SHORT_REQUEST,
    model: more.model ?? "demo",
    system: "Be brief.",
    tools: [TOOL],
    config,
  };
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  const { fault } = await collect(providerOf(dialect, fetch, more).stream(request, options));
  assert.equal(fault, null);
  assert.equal(sent.length, 1);
  return sent[0] as Sent;
}

const EVERYTHING: CallConfig = {
  max_output_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  presence_penalty: 0.1,
  frequency_penalty: 0.2,
  stop: ["END"],
  provider_options: { metadata: { a: "b" } },
};

test("L12 Chat Completions gets the settings in OpenAI's words, and no field that it would refuse", async () => {
  const { url, headers, body } = await send("openai-chat", EVERYTHING);
  assert.equal(url, "https://api.openai.com/v1/chat/completions");
  assert.equal(headers.get("authorization"), "Bearer sk-test-key");
  assert.deepEqual(body, {
    model: "demo",
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hello" },
    ],
    tools: [{ type: "function", function: TOOL }],
    max_completion_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    presence_penalty: 0.1,
    frequency_penalty: 0.2,
    stop: ["END"],
    metadata: { a: "b" },
  });
});

test("L12 other servers of Chat Completions get the names that they know", async () => {
  const { url, body } = await send("openai-chat", EVERYTHING, { baseUrl: "http://127.0.0.1:9/v1" });
  assert.equal(url, "http://127.0.0.1:9/v1/chat/completions");
  assert.deepEqual([body["max_tokens"], body["top_k"], body["max_completion_tokens"]], [100, 40, undefined]);
});

test("B1 a server that wants no key is sent none", async () => {
  const { headers } = await send("openai-chat", {}, { apiKey: "", baseUrl: "http://127.0.0.1:9/v1" });
  assert.equal(headers.get("authorization"), null);
});

test("L12 Responses gets the settings, the whole input, and stores nothing", async () => {
  const { url, body } = await send("openai-responses", { ...EVERYTHING, reasoning_effort: "low" });
  assert.equal(url, "https://api.openai.com/v1/responses");
  assert.deepEqual(body, {
    model: "demo",
    stream: true,
    store: false,
    instructions: "Be brief.",
    input: [{ role: "user", content: [{ type: "input_text", text: "Hello" }] }],
    tools: [{ type: "function", ...TOOL, strict: false }],
    max_output_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    reasoning: { effort: "low", summary: "auto" },
    include: ["reasoning.encrypted_content"],
    metadata: { a: "b" },
  });
});

test("L12 sealed reasoning is asked for only from models that reason", async () => {
  const wants = async (model: string) => "include" in (await send("openai-responses", {}, { model })).body;
  assert.equal(await wants("gpt-4o"), false);
  assert.equal(await wants("gpt-5-chat-latest"), false);
  assert.equal(await wants("gpt-5.2"), true);
  assert.equal(await wants("o4-mini"), true);
});

test("L12 Anthropic gets the settings under the API version that knows them, and a limit in any case", async () => {
  const { url, headers, body } = await send("anthropic", EVERYTHING);
  assert.equal(url, "https://api.anthropic.com/v1/messages");
  assert.equal(headers.get("authorization"), "Bearer sk-test-key");
  assert.equal(headers.get("anthropic-version"), "2023-06-01");
  assert.deepEqual(body, {
    model: "demo",
    stream: true,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    messages: [
      { role: "user", content: [{ type: "text", text: "Hello", cache_control: { type: "ephemeral" } }] },
    ],
    tools: [{ name: "grep", description: "Searches", input_schema: TOOL.parameters }],
    max_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    stop_sequences: ["END"],
    metadata: { a: "b" },
  });
  assert.equal((await send("anthropic")).body["max_tokens"], 32_000);
});

test("L12 without sampling settings Anthropic's newest API version is used", async () => {
  assert.notEqual((await send("anthropic")).headers.get("anthropic-version"), "2023-06-01");
});

test("B1 servers that imitate Anthropic's API find the key in its older header too", async () => {
  const { headers } = await send("anthropic", {}, { baseUrl: "http://127.0.0.1:9" });
  assert.equal(headers.get("x-api-key"), "sk-test-key");
});

test("B1 a base URL of Anthropic's API is taken with and without its version", async () => {
  for (const baseUrl of ["http://127.0.0.1:9", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1/"]) {
    assert.equal((await send("anthropic", {}, { baseUrl })).url, "http://127.0.0.1:9/v1/messages");
  }
});

test("L11 a reasoning effort becomes adaptive thinking, or a budget for models before it, without sampling settings", async () => {
  const config = { reasoning_effort: "high", temperature: 0.5 };
  const adaptive = (await send("anthropic", config, { model: "claude-opus-5" })).body;
  assert.deepEqual(adaptive["thinking"], { type: "adaptive", display: "summarized" });
  assert.deepEqual(adaptive["output_config"], { effort: "high" });
  assert.equal("temperature" in adaptive, false);
  const budget = (await send("anthropic", config, { model: "claude-haiku-4-5-20251001" })).body;
  assert.deepEqual(budget["thinking"], { type: "enabled", budget_tokens: 16_000 });
  const noRoom = { reasoning_effort: "high", max_output_tokens: 1_000 };
  assert.equal(
    "thinking" in (await send("anthropic", noRoom, { model: "claude-sonnet-4-20250514" })).body,
    false,
  );
  assert.equal("thinking" in (await send("anthropic", { reasoning_effort: "none" })).body, false);
});

test("L12 provider options win over what was chosen, null takes a field out, but they change neither model nor prompt", async () => {
  const options = {
    stream_options: null,
    model: "other",
    stream: false,
    messages: [],
    temperature: 1,
    seed: 7,
  };
  const { body } = await send("openai-chat", { temperature: 0.5, provider_options: options });
  assert.deepEqual([body["model"], body["stream"], body["temperature"], body["seed"]], ["demo", true, 1, 7]);
  assert.equal("stream_options" in body, false);
  assert.equal((body["messages"] as unknown[]).length, 2);
});
