// Tests SPEC L12: a setting that a dialect or model does not support is left out, and reported.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anthropicBody } from "../anthropic/anthropic-body.ts";
import { openAiChatBody } from "../openai-chat/openai-chat-body.ts";
import { openAiResponsesBody } from "../openai-responses/openai-responses-body.ts";
import type { CallConfig, ModelRequest, UnsupportedSetting } from "../provider.ts";

type Target = "openai" | "compatible" | "responses" | "anthropic";

interface Made {
  readonly body: Readonly<Record<string, unknown>>;
  readonly unsupported: readonly UnsupportedSetting[];
}

function make(target: Target, model: string, config: CallConfig): Made {
  const request: ModelRequest = {
    model,
    system: "",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }], provider: null }],
    tools: [],
    config,
  };
  const made = (): { body: object; unsupported: readonly UnsupportedSetting[] } => {
    if (target === "anthropic") return anthropicBody(request, "anthropic");
    if (target === "responses") return openAiResponsesBody(request, { provider: "openai", is_strict: true });
    return openAiChatBody(request, { provider: "openai", is_strict: target === "openai" });
  };
  const { body, unsupported } = made();
  return { body: { ...body }, unsupported };
}

const EVERYTHING: CallConfig = {
  max_output_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  presence_penalty: 0.1,
  frequency_penalty: 0.2,
  reasoning_effort: "low",
  stop: ["END"],
  response_chain: true,
};

/** Which of all settings are left out, by target and model. */
const ROWS: readonly (readonly [Target, string, readonly string[]])[] = [
  ["openai", "gpt-4o", ["response_chain", "top_k", "reasoning_effort"]],
  ["openai", "ft:gpt-4o-mini-2024-07-18:org::id", ["response_chain", "top_k", "reasoning_effort"]],
  [
    "openai",
    "gpt-5.2",
    ["response_chain", "top_k", "temperature", "top_p", "presence_penalty", "frequency_penalty", "stop"],
  ],
  // As Azure writes it.
  ["openai", "gpt-35-turbo", ["response_chain", "top_k", "reasoning_effort"]],
  ["openai", "my-deployment", ["response_chain", "top_k"]],
  ["compatible", "qwen3", ["response_chain"]],
  ["responses", "gpt-4o", ["top_k", "presence_penalty", "frequency_penalty", "stop", "reasoning_effort"]],
  [
    "responses",
    "o4-mini",
    ["top_k", "presence_penalty", "frequency_penalty", "stop", "temperature", "top_p"],
  ],
  ["responses", "my-deployment", ["top_k", "presence_penalty", "frequency_penalty", "stop"]],
  [
    "anthropic",
    "claude-opus-5",
    ["presence_penalty", "frequency_penalty", "response_chain", "temperature", "top_p", "top_k"],
  ],
  [
    "anthropic",
    "claude-3-5-sonnet-20241022",
    // A hundred tokens leave no room to think.
    ["presence_penalty", "frequency_penalty", "response_chain", "reasoning_effort"],
  ],
];

for (const [target, model, expected] of ROWS) {
  test(`L12 ${target}, ${model}: what is not taken is named, once, with the reason`, () => {
    const { unsupported } = make(target, model, EVERYTHING);
    assert.deepEqual(
      unsupported.map(({ setting }) => setting),
      expected,
    );
    for (const { why } of unsupported) assert.notEqual(why, "");
  });
}

test("L12 every setting either reaches the body or is named", () => {
  const words: Readonly<Record<string, readonly string[]>> = {
    max_output_tokens: ["max_tokens", "max_completion_tokens", "max_output_tokens"],
    stop: ["stop", "stop_sequences"],
    reasoning_effort: ["reasoning_effort", "reasoning", "thinking"],
    response_chain: ["store"],
  };
  for (const [target, model] of ROWS) {
    const { body, unsupported } = make(target, model, EVERYTHING);
    for (const setting of Object.keys(EVERYTHING)) {
      const isSent = (words[setting] ?? [setting]).some((name) => body[name] !== undefined);
      const isNamed = unsupported.some((each) => each.setting === setting);
      assert.ok(isSent !== isNamed, `${target} ${model} ${setting}: sent ${isSent}, named ${isNamed}`);
    }
  }
});

test("L12 nothing is named where nothing was asked for", () => {
  for (const [target, model] of ROWS) assert.deepEqual(make(target, model, {}).unsupported, []);
});

test("L12 the answer is limited to 32,000 tokens, to less where the model writes less, and not at all towards unknown servers", () => {
  const limit = (target: Target, model: string, config: CallConfig = {}) => {
    const { body } = make(target, model, config);
    return body["max_tokens"] ?? body["max_completion_tokens"] ?? body["max_output_tokens"];
  };
  assert.equal(limit("openai", "gpt-5.2"), 32_000);
  assert.equal(limit("openai", "gpt-4o"), 16_384);
  assert.equal(limit("responses", "gpt-4-turbo"), 4_096);
  assert.equal(limit("anthropic", "claude-sonnet-5"), 32_000);
  assert.equal(limit("anthropic", "claude-3-haiku-20240307"), 4_096);
  assert.equal(limit("compatible", "gpt-4o-of-mine"), undefined);
  assert.equal(limit("openai", "gpt-5.2", { max_output_tokens: 100_000 }), 100_000);
});

test("L12 a limit above what the model writes is lowered, and said", () => {
  const { body, unsupported } = make("openai", "gpt-4o", { max_output_tokens: 100_000 });
  assert.equal(body["max_completion_tokens"], 16_384);
  assert.deepEqual(
    unsupported.map(({ setting }) => setting),
    ["max_output_tokens"],
  );
});

test("L12 Anthropic: hot temperatures are lowered, two samplers become one, white space alone stops nothing", () => {
  const hot = make("anthropic", "claude-sonnet-4-20250514", { temperature: 1.5, stop: [" ", "END"] });
  assert.deepEqual([hot.body["temperature"], hot.body["stop_sequences"]], [1, ["END"]]);
  assert.deepEqual(
    hot.unsupported.map(({ setting }) => setting),
    ["temperature", "stop"],
  );
  const two = make("anthropic", "claude-sonnet-4-5-20250929", { temperature: 0.5, top_p: 0.9 });
  assert.deepEqual([two.body["temperature"], two.body["top_p"]], [0.5, undefined]);
  const older = make("anthropic", "claude-sonnet-4-20250514", { temperature: 0.5, top_p: 0.9 });
  assert.deepEqual([older.body["top_p"], older.unsupported], [0.9, []]);
  assert.equal(make("anthropic", "claude-sonnet-4-5", { top_p: 0.9 }).body["top_p"], 0.9);
});

test("L12 OpenAI takes four stop sequences", () => {
  const { body, unsupported } = make("openai", "gpt-4o", { stop: ["1", "2", "3", "4", "5", ""] });
  assert.deepEqual(body["stop"], ["1", "2", "3", "4"]);
  assert.equal(unsupported.length, 2);
});

test("L12 settings of a wrong type, as a row of the database may hold them, are left out and said", () => {
  const wrong = {
    temperature: "hot",
    top_p: Number.NaN,
    stop: "END",
    provider_options: [],
    reasoning_effort: 3,
  };
  const { body, unsupported } = make("compatible", "m", wrong as unknown as CallConfig);
  assert.deepEqual(Object.keys(body), ["stream_options", "model", "messages", "stream"]);
  assert.deepEqual(unsupported.map(({ setting }) => setting).toSorted(), Object.keys(wrong).toSorted());
});

test("L11 an effort above the config's maximum is lowered to it, one below stays", () => {
  const effort = (wanted: string | undefined, most: string | undefined) => {
    const config = {
      ...(wanted === undefined ? {} : { reasoning_effort: wanted }),
      ...(most === undefined ? {} : { reasoning_effort_max: most }),
    };
    return make("compatible", "m", config).body["reasoning_effort"];
  };
  assert.equal(effort("max", "medium"), "medium");
  assert.equal(effort("low", "medium"), "low");
  assert.equal(effort("high", undefined), "high");
  assert.equal(effort(undefined, "medium"), undefined);
  assert.equal(effort("none", "minimal"), "none");
  assert.equal(effort("turbo", "high"), "high", "an unknown word could mean anything");
  assert.equal(effort("turbo", undefined), "turbo");
  assert.equal(effort("high", "turbo"), "high");
});

test("L7 a provider's own tools are added to ours, wishes for more to our wish, single fields of reasoning to the rest", () => {
  const provider_options = {
    tools: [{ type: "web_search" }],
    include: ["web_search_call.action.sources"],
    reasoning: { summary: "detailed" },
  };
  const request: ModelRequest = {
    model: "gpt-5.2",
    system: "",
    messages: [],
    tools: [{ name: "grep", description: "Searches", parameters: {} }],
    config: { reasoning_effort: "low", provider_options },
  };
  const { body } = openAiResponsesBody(request, { provider: "openai", is_strict: true });
  assert.deepEqual(
    body.tools?.map((tool) => tool.type),
    ["function", "web_search"],
  );
  assert.deepEqual(body.include, ["reasoning.encrypted_content", "web_search_call.action.sources"]);
  assert.deepEqual(body.reasoning, { effort: "low", summary: "detailed" });
});
