// Tests what goes back to a provider beside plain text: images in results, and what only that provider understands.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue, Part, ProviderData } from "../../core/part/part.ts";
import { toAnthropic } from "../anthropic/to-anthropic.ts";
import { toOpenAiChat } from "../openai-chat/to-openai-chat.ts";
import { toOpenAiResponses } from "../openai-responses/to-openai-responses.ts";
import type { PromptMessage } from "../provider.ts";
import { PLAIN_SHAPE } from "../quirks/quirk.ts";

const AT = "2026-11-20T10:00:00Z";
const CACHE = { cache_control: { type: "ephemeral" } };
const PNG = "iVBORw0KGgo=";

const user = (text: string): PromptMessage => ({
  role: "user",
  content: [{ type: "text", text }],
  provider: null,
});
const assistant = (provider: string, ...content: Part[]): PromptMessage => ({
  role: "assistant",
  content,
  provider,
});

function call(provider_data?: ProviderData): Part {
  const data = provider_data === undefined ? {} : { provider_data };
  return { type: "tool-call", tool_call_id: "c1", tool_name: "look", args: {}, created_at: AT, ...data };
}

function step(result: JsonValue, is_error = false): readonly PromptMessage[] {
  const answer: Part = {
    type: "tool-result",
    tool_call_id: "c1",
    tool_name: "look",
    result,
    is_error,
    created_at: AT,
  };
  return [user("look"), assistant("openai", call()), { role: "tool", content: [answer], provider: null }];
}

const SHOT: JsonValue = {
  content: [
    { type: "text", text: "a shot" },
    { type: "image", data: PNG, mimeType: "image/png" },
  ],
};

test("L12 an image in a result is shown in the result, behind it where results are text, and named where the model takes none", () => {
  assert.deepEqual(toOpenAiResponses("", step(SHOT), "openai").input.at(-1), {
    type: "function_call_output",
    call_id: "c1",
    output: [
      { type: "input_text", text: "a shot" },
      { type: "input_image", image_url: `data:image/png;base64,${PNG}`, detail: "auto" },
    ],
  });
  assert.deepEqual(toAnthropic("", step(SHOT), "anthropic").messages.at(-1)?.content, [
    {
      type: "tool_result",
      tool_use_id: "c1",
      content: [
        { type: "text", text: "a shot" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
      ],
      ...CACHE,
    },
  ]);
  assert.deepEqual(toOpenAiChat("", step(SHOT), "openai").slice(-2), [
    { role: "tool", tool_call_id: "c1", content: "a shot" },
    {
      role: "user",
      content: [
        { type: "text", text: "(belongs to the result of the tool look)" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
      ],
    },
  ]);
  const blind = {
    provider: "openai",
    shape: { ...PLAIN_SHAPE, images: "words" as const },
    declared: new Set(["look"]),
  };
  assert.deepEqual(toOpenAiChat("", step(SHOT), blind).at(-1), {
    role: "tool",
    tool_call_id: "c1",
    content: "a shot\n[image/png: not shown, because this model takes no pictures]",
  });
});

test("L12 a list of blocks is read like one under content, an image alone has no text, an error keeps its word", () => {
  const alone = [{ type: "image", data: PNG, media_type: "image/webp" }];
  const item = toOpenAiResponses("", step(alone, true), "openai").input.at(-1);
  assert.deepEqual(item?.type === "function_call_output" && item.output, [
    { type: "input_text", text: "error: " },
    { type: "input_image", image_url: `data:image/webp;base64,${PNG}`, detail: "auto" },
  ]);
});

test("L12 what only resembles an image stays text: no data, another type, lists of other things", () => {
  for (const result of [
    { content: [{ type: "image", data: "", mimeType: "image/png" }] },
    { content: [{ type: "image", data: PNG, mimeType: "image/tiff" }] },
    { content: [{ type: "image", data: PNG, mimeType: "image/png" }, "loose"] },
    { content: [{ type: "text", text: "only" }] },
    [{ data: PNG }],
  ]) {
    const last = toOpenAiChat("", step(result), "openai").at(-1);
    assert.equal(last?.content, JSON.stringify(result));
  }
});

test("L7 Gemini's signature of a call goes back to the server that gave it, in every turn, and to no other", () => {
  const extra_content = { google: { thought_signature: "c2ln" } };
  const history = [
    user("go"),
    assistant("gemini", call({ provider: "gemini", call_id: "a", extra_content })),
    user("next"),
  ];
  const calls = (provider: string) =>
    toOpenAiChat("", history, provider).flatMap((message) =>
      message.role === "assistant" ? (message.tool_calls ?? []) : [],
    );
  assert.deepEqual(calls("gemini"), [
    { type: "function", id: "a", function: { name: "look", arguments: "{}" }, extra_content },
  ]);
  assert.equal("extra_content" in (calls("openai")[0] ?? {}), false);
});

test("L7 OpenRouter's reasoning goes back as its details, whole, and not as text too", () => {
  const reasoning_details = [{ type: "reasoning.text", text: "hm", signature: "s", index: 0 }];
  const reasoning: Part = {
    type: "reasoning",
    text: "hm",
    provider_data: { provider: "router", field: "reasoning", reasoning_details },
  };
  const [, message] = toOpenAiChat("", [user("go"), assistant("router", reasoning, call())], "router");
  assert.deepEqual(message && "reasoning_details" in message && message.reasoning_details, reasoning_details);
  assert.equal(message && "reasoning" in message, false);
});

test("L7 Anthropic's citations go back with the text that they stand in", () => {
  const citations = [
    { type: "web_search_result_location", url: "https://example.org/a", encrypted_index: "x" },
  ];
  const cited: Part = { type: "text", text: "Found", provider_data: { provider: "anthropic", citations } };
  const content = (provider: string) =>
    toAnthropic("", [user("go"), assistant("anthropic", cited)], provider).messages[1]?.content;
  assert.deepEqual(content("anthropic"), [{ type: "text", text: "Found", citations, ...CACHE }]);
  assert.deepEqual(content("other"), [{ type: "text", text: "Found", ...CACHE }]);
});
