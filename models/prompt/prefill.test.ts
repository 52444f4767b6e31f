// Tests how each dialect is asked to continue an answer, which calls are not, and what of the answer is new.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bodyOf,
  collect,
  countedIds,
  fixtureBytes,
  providerOf,
  SHORT_REQUEST,
} from "../__fixtures__/replay.ts";
import { classifyError } from "../errors/classify-error.ts";
import type { Fetch, ProviderOptions } from "../http/provider-options.ts";
import { type CallConfig, type Dialect, ModelError, type ModelEvent } from "../provider.ts";
import { withoutEcho } from "./without-echo.ts";

const LOCAL = { baseUrl: "http://127.0.0.1:1/v1" };

interface Asked {
  readonly dialect: Dialect;
  readonly config: CallConfig;
  readonly model?: string;
  readonly options?: Partial<ProviderOptions>;
}

const FIXTURES = {
  "openai-chat": "chat-text.sse",
  "openai-responses": "responses-text.sse",
  anthropic: "anthropic-text.sse",
};

/** The body of a request that continues "Hello, wide". */
async function sent({
  dialect,
  config,
  model = "demo",
  options = {},
}: Asked): Promise<Record<string, unknown>> {
  let body: Record<string, unknown> = {};
  const fetch: Fetch = async (_input, init) => {
    body = JSON.parse(typeof init?.body === "string" ? init.body : "");
    return new Response(bodyOf([fixtureBytes(FIXTURES[dialect])]), {
      headers: { "content-type": "text/event-stream" },
    });
  };
  const request = { ...SHORT_REQUEST, model, config, prefill: { text: "Hello, wide" } };
  const call = { signal: new AbortController().signal, newToolCallId: countedIds() };
  await collect(providerOf(dialect, fetch, options).stream(request, call));
  return body;
}

function continuable({ dialect, config, model = "demo", options = {} }: Asked): string {
  return providerOf(dialect, fetch, options).continuable({ model, config });
}

const USER = { role: "user", content: "Hello" };
const BEGUN = { role: "assistant", content: "Hello, wide" };

test("T4 Chat Completions: the begun answer is the last message, in the server's own form", async () => {
  const asked = (prefill: NonNullable<CallConfig["prefill"]>) =>
    sent({ dialect: "openai-chat", config: { prefill }, options: LOCAL });
  const plain = await asked("assistant");
  assert.deepEqual(plain["messages"], [USER, BEGUN]);
  assert.equal("continue_final_message" in plain, false);
  const vllm = await asked("continue_final_message");
  assert.deepEqual(vllm["messages"], [USER, BEGUN]);
  assert.deepEqual([vllm["continue_final_message"], vllm["add_generation_prompt"]], [true, false]);
  const prefix = await asked("prefix");
  assert.deepEqual(prefix["messages"], [USER, { ...BEGUN, prefix: true }]);
});

test("T4 Anthropic: the begun answer is the last message, without white space at its end and behind the cache marks", async () => {
  const { messages } = await sent({ dialect: "anthropic", config: { prefill: "assistant" } });
  assert.deepEqual(messages, [
    { role: "user", content: [{ type: "text", text: "Hello", cache_control: { type: "ephemeral" } }] },
    { role: "assistant", content: [{ type: "text", text: "Hello, wide" }] },
  ]);
});

test("T4 who goes on with text, who with text after reasoning, and who with nothing", () => {
  const chat = (config: CallConfig, options: Partial<ProviderOptions> = LOCAL) =>
    continuable({ dialect: "openai-chat", config, options });
  assert.equal(chat({}), "nothing");
  assert.equal(chat({ prefill: "assistant" }), "text-after-reasoning");
  assert.equal(chat({ prefill: "continue_final_message" }), "text-after-reasoning");
  assert.equal(chat({ prefill: "prefix" }), "text");
  assert.equal(chat({ prefill: "assistant", reasoning_effort: "low" }), "nothing");
  assert.equal(chat({ prefill: "assistant", reasoning_effort: "none" }), "text-after-reasoning");
  assert.equal(chat({ prefill: "assistant" }, {}), "nothing", "OpenAI's own service");
  assert.equal(continuable({ dialect: "openai-responses", config: { prefill: "assistant" } }), "nothing");
});

test("T4 Claude goes on with text alone, without thinking, before 4.6", () => {
  const claude = (model: string, config: CallConfig = {}) =>
    continuable({ dialect: "anthropic", model, config: { prefill: "assistant", ...config } });
  for (const model of ["claude-sonnet-4-5", "claude-haiku-4-5-20251001", "claude-3-5-haiku-latest", "demo"])
    assert.equal(claude(model), "text", model);
  for (const model of ["claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-5", "claude-haiku-6-20270101"])
    assert.equal(claude(model), "nothing", model);
  assert.equal(claude("claude-sonnet-4-5", { reasoning_effort: "low" }), "nothing");
  const thinking = (type: string) => ({ provider_options: { thinking: { type, budget_tokens: 2_000 } } });
  assert.equal(claude("claude-sonnet-4-5", thinking("enabled")), "nothing");
  assert.equal(claude("claude-sonnet-4-5", { reasoning_effort: "low", ...thinking("disabled") }), "text");
  assert.equal(claude("claude-sonnet-4-5", { prefill: "prefix" }), "nothing");
});

test("L12 a form that the server cannot keep is told of, not dropped silently", async () => {
  const told = async ({ dialect, config, model = "demo", options = {} }: Asked) => {
    const settings: string[] = [];
    const fetch: Fetch = async () =>
      new Response(bodyOf([fixtureBytes(FIXTURES[dialect])]), {
        headers: { "content-type": "text/event-stream" },
      });
    await collect(
      providerOf(dialect, fetch, options).stream(
        { ...SHORT_REQUEST, model, config },
        {
          signal: new AbortController().signal,
          newToolCallId: countedIds(),
          onUnsupported: (all) => settings.push(...all.map(({ setting }) => setting)),
        },
      ),
    );
    return settings;
  };
  const config = { prefill: "assistant" } as const;
  assert.deepEqual(await told({ dialect: "openai-chat", config }), ["prefill"]);
  assert.deepEqual(await told({ dialect: "openai-chat", config, options: LOCAL }), []);
  assert.deepEqual(await told({ dialect: "openai-responses", config }), ["prefill"]);
  assert.deepEqual(await told({ dialect: "anthropic", config }), []);
  assert.deepEqual(await told({ dialect: "anthropic", config, model: "claude-opus-4-6" }), ["prefill"]);
});

test("L9 an answer that had only its end left to say is whole; without a beginning it is no output", async () => {
  const empty = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
  const fetch: Fetch = async () => new Response(empty, { headers: { "content-type": "text/event-stream" } });
  const ask = (prefill: object) =>
    collect(
      providerOf("openai-chat", fetch, LOCAL).stream(
        { ...SHORT_REQUEST, ...prefill },
        { signal: new AbortController().signal, newToolCallId: countedIds() },
      ),
    );
  const { events, fault } = await ask({ prefill: { text: "All said." } });
  assert.deepEqual([events, fault], [[{ type: "finish", finish_reason: "stop" }], null]);
  assert.equal((await ask({})).fault?.kind, "no_output");
});

const REFUSALS = [
  "This model does not support assistant message prefill. The conversation must end with a user message.",
  "Assistant response prefill is incompatible with enable_thinking.",
  "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
  "Unrecognized request argument supplied: add_generation_prompt",
];

test("a begun answer that is refused is tried without; the same words are final for a request without one", () => {
  for (const message of REFUSALS) {
    const error = { status: 400, error: { error: { type: "invalid_request_error", message } }, message };
    const failure = Object.assign(new Error(message), error);
    const fault = classifyError(failure, { provider: "p", now_ms: 0, continues: true });
    assert.deepEqual([fault.retryable, fault.without_prefill], [true, true], message);
    const other = classifyError(failure, { provider: "p", now_ms: 0 });
    assert.deepEqual([other.kind, other.retryable, other.without_prefill], ["config", false, undefined]);
  }
  for (const status of [401, 402, 404, 429, 500]) {
    const failure = Object.assign(new Error("no"), { status });
    const fault = classifyError(failure, { provider: "p", now_ms: 0, continues: true });
    assert.equal(fault.without_prefill, undefined, String(status));
  }
});

async function heard(begun: string, ...events: readonly (string | ModelEvent)[]): Promise<string[]> {
  async function* said() {
    for (const event of events) {
      yield typeof event === "string"
        ? ({ type: "part", index: 0, delta: { type: "text", text: event } } as const)
        : event;
    }
  }
  const out: string[] = [];
  for await (const event of withoutEcho(said(), begun)) {
    out.push(event.type === "part" && event.delta.type === "text" ? event.delta.text : event.type);
  }
  return out;
}

test("T4 a server that says the begun text again is heard from where that ends", async () => {
  const finish = { type: "finish", finish_reason: "stop" } as const;
  assert.deepEqual(await heard("Hello, wide", "Hello", ", wi", "de world", "!", finish), [
    " world",
    "!",
    "finish",
  ]);
  assert.deepEqual(await heard("Hello, wide", "Hello, wide", finish), ["finish"]);
  assert.deepEqual(await heard("Hello, wide", " world", finish), [" world", "finish"]);
  assert.deepEqual(await heard("Hello, wide", "Hello", "!", finish), ["Hello", "!", "finish"]);
  assert.deepEqual(await heard("Hello, wide", "Hello", finish), ["Hello", "finish"]);
  assert.deepEqual(await heard("1", "1", finish), ["1", "finish"], "too short to be told from what follows");
});

test("a fault passes through what was held back", async () => {
  async function* broken(): AsyncGenerator<ModelEvent> {
    yield { type: "part", index: 0, delta: { type: "text", text: "Hello" } };
    throw new ModelError(classifyError(new Error("x"), { provider: "p", now_ms: 0 }));
  }
  const { fault } = await collect(withoutEcho(broken(), "Hello, wide"));
  assert.ok(fault);
});
