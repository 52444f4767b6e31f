// Tests how each dialect is asked for JSON of a schema (SPEC C12), and for a choice of tools (SPEC Q12).
import assert from "node:assert/strict";
import { test } from "node:test";
import { anthropicBody } from "../anthropic/anthropic-body.ts";
import { openAiChatBody } from "../openai-chat/openai-chat-body.ts";
import { openAiResponsesBody } from "../openai-responses/openai-responses-body.ts";
import type { ModelRequest, ToolSpec } from "../provider.ts";

const STRICT = {
  type: "object",
  properties: {
    city: { type: "string" },
    at: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
  },
  required: ["city", "at"],
  additionalProperties: false,
};
const LOOSE = { type: "object", properties: { city: { type: "string", minLength: 1 } } };
const LIST = { type: "array", items: { type: "string" } };
const TOOL: ToolSpec = {
  name: "grep",
  description: "Searches",
  parameters: { type: "object", properties: {} },
};

// Bodies have fields of all dialects; each test knows what it asked for.
type Body = Readonly<Record<string, unknown>>;
type Target = "openai" | "compatible" | "responses" | "anthropic";

function bodyFor(target: Target, more: Partial<ModelRequest>): Body {
  const request: ModelRequest = {
    model: target === "anthropic" ? "claude-sonnet-4-5" : "gpt-4o",
    system: "Be brief.",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }], provider: null }],
    tools: [],
    config: {},
    ...more,
  };
  if (target === "anthropic") return { ...anthropicBody(request, "anthropic").body };
  if (target === "responses")
    return { ...openAiResponsesBody(request, { provider: "openai", is_strict: true }).body };
  return { ...openAiChatBody(request, { provider: "openai", is_strict: target === "openai" }).body };
}

const inWords = (body: Body) =>
  JSON.stringify(body).includes("must be one JSON value that fits the JSON schema");

test("C12 each provider is asked in its own way where it keeps the schema", () => {
  const output = { schema: { $schema: "https://json-schema.org/draft/2020-12/schema", ...STRICT } };
  const chat = bodyFor("openai", { output });
  const format = { type: "json_schema", json_schema: { name: "answer", schema: STRICT, strict: true } };
  assert.deepEqual([chat["response_format"], inWords(chat)], [format, false]);
  const responses = bodyFor("responses", { output });
  const text = { format: { type: "json_schema", name: "answer", schema: STRICT, strict: true } };
  assert.deepEqual([responses["text"], inWords(responses)], [text, false]);
  const claude = bodyFor("anthropic", { output });
  const config = { format: { type: "json_schema", schema: STRICT } };
  assert.deepEqual([claude["output_config"], inWords(claude)], [config, false]);
});

test("C12 what a provider does not enforce is told in words, too, and what it would refuse in words alone", () => {
  const compatible = bodyFor("compatible", { output: { schema: STRICT } });
  assert.ok(compatible["response_format"] !== undefined && inWords(compatible), "it may ignore the field");
  const loose = bodyFor("openai", { output: { schema: LOOSE } });
  assert.match(JSON.stringify(loose["response_format"]), /"strict":false/);
  assert.ok(inWords(loose));
  const claude = bodyFor("anthropic", { output: { schema: LOOSE } });
  assert.ok(claude["output_config"] === undefined && inWords(claude));
  for (const target of ["openai", "responses", "anthropic"] as const) {
    const list = bodyFor(target, { output: { schema: LIST } });
    assert.doesNotMatch(JSON.stringify(list), /json_schema/);
    assert.ok(inWords(list), "only objects are taken at the top");
  }
});

test("C12 an answer that goes on where it was cut, and a server without the field, are asked in words", () => {
  const output = { schema: STRICT };
  for (const more of [
    { prefill: { text: '{"city"' } },
    { quirks: ["without-response-format"] },
    { output: { ...output, in_words: true as const } },
  ]) {
    const body = bodyFor("openai", { output, ...more });
    assert.ok(body["response_format"] === undefined && inWords(body), JSON.stringify(more));
  }
});

test("C12 an effort and a schema stand side by side, and options of the deployment win", () => {
  const claude = bodyFor("anthropic", {
    model: "claude-opus-4-7",
    output: { schema: STRICT },
    config: { reasoning_effort: "high" },
  });
  assert.deepEqual(Object.keys(claude["output_config"] as object).toSorted(), ["effort", "format"]);
  const responses = bodyFor("responses", {
    output: { schema: STRICT },
    config: { provider_options: { text: { verbosity: "low" } } },
  });
  assert.deepEqual(Object.keys(responses["text"] as object).toSorted(), ["format", "verbosity"]);
});

test("Q12 a choice of tools is sent in the words of each dialect", () => {
  const named = { type: "tool", tool_name: "grep" } as const;
  const choices = (target: Target) =>
    (["auto", "none", "required", named] as const).map(
      (tool_choice) => bodyFor(target, { tools: [TOOL], tool_choice })["tool_choice"],
    );
  assert.deepEqual(choices("openai"), [
    undefined,
    "none",
    "required",
    { type: "function", function: { name: "grep" } },
  ]);
  assert.deepEqual(choices("responses"), [undefined, "none", "required", { type: "function", name: "grep" }]);
  assert.deepEqual(choices("anthropic"), [
    undefined,
    { type: "none" },
    { type: "any" },
    { type: "tool", name: "grep" },
  ]);
  assert.equal(
    bodyFor("openai", { tool_choice: "required" })["tool_choice"],
    undefined,
    "there are no tools",
  );
});

test("Q12 a server that knows no choice gets no tools where none is to be called", () => {
  const quirks = ["without-tool-choice"];
  assert.equal(bodyFor("openai", { tools: [TOOL], tool_choice: "none", quirks })["tools"], undefined);
  const forced = bodyFor("openai", { tools: [TOOL], tool_choice: "required", quirks });
  assert.deepEqual([forced["tool_choice"], (forced["tools"] as unknown[]).length], [undefined, 1]);
});

test("Q12 Claude does not think in a call that has to call a tool", () => {
  const config = { reasoning_effort: "high" };
  const thinks = bodyFor("anthropic", { tools: [TOOL], config });
  assert.ok(thinks["thinking"] !== undefined);
  const forced = bodyFor("anthropic", { tools: [TOOL], config, tool_choice: "required" });
  assert.equal(forced["thinking"], undefined);
});
