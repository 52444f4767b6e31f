// Tests what the conversions make of the cases that matter.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, Part, ToolCallPart, ToolResultPart } from "../../core/part/part.ts";
import { toAnthropic } from "../anthropic/to-anthropic.ts";
import { toOpenAiChat } from "../openai-chat/to-openai-chat.ts";
import { toOpenAiResponses } from "../openai-responses/to-openai-responses.ts";
import type { PromptMessage } from "../provider.ts";

const AT = "2026-11-20T10:00:00Z";
const CACHE = { cache_control: { type: "ephemeral" } };

const user = (...texts: string[]): PromptMessage => ({
  role: "user",
  content: texts.map((text) => ({ type: "text", text })),
  provider: null,
});
const assistant = (provider: string, ...content: Part[]): PromptMessage => ({
  role: "assistant",
  content,
  provider,
});
const tool = (...content: Part[]): PromptMessage => ({ role: "tool", content, provider: null });
const text = (said: string): Part => ({ type: "text", text: said });

function call(id: string, own: string | null, args: JsonObject = { path: "a" }): ToolCallPart {
  const provider_data = { provider: "openai", call_id: own };
  return { type: "tool-call", tool_call_id: id, tool_name: "read_file", args, created_at: AT, provider_data };
}

function result(id: string, value: ToolResultPart["result"], is_error = false): ToolResultPart {
  return {
    type: "tool-result",
    tool_call_id: id,
    tool_name: "read_file",
    result: value,
    is_error,
    created_at: AT,
  };
}

/** A step with a call of OpenAI's, its result, and an answer. */
const STEP = [
  user("Read a."),
  assistant("openai", text("I look."), call("ours-1", "call_a")),
  tool(result("ours-1", { content: "A" })),
  assistant("openai", text("It says A.")),
];

test("L4 a step in Chat Completions: one system message, calls with arguments as text, results behind them", () => {
  const system: PromptMessage = { role: "system", content: [text("Be kind.")], provider: null };
  assert.deepEqual(toOpenAiChat("Be brief.", [system, ...STEP], "openai"), [
    { role: "system", content: "Be brief.\n\nBe kind." },
    { role: "user", content: "Read a." },
    {
      role: "assistant",
      content: "I look.",
      tool_calls: [
        { type: "function", id: "call_a", function: { name: "read_file", arguments: '{"path":"a"}' } },
      ],
    },
    { role: "tool", tool_call_id: "call_a", content: '{"content":"A"}' },
    { role: "assistant", content: "It says A." },
  ]);
});

test("L4 a step in Responses", () => {
  assert.deepEqual(toOpenAiResponses("Be brief.", STEP, "openai"), {
    instructions: "Be brief.",
    input: [
      { role: "user", content: [{ type: "input_text", text: "Read a." }] },
      { role: "assistant", content: "I look." },
      { type: "function_call", call_id: "call_a", name: "read_file", arguments: '{"path":"a"}' },
      { type: "function_call_output", call_id: "call_a", output: '{"content":"A"}' },
      { role: "assistant", content: "It says A." },
    ],
  });
});

test("L10 a step in Messages, with the cache marks on system and the last two messages", () => {
  assert.deepEqual(toAnthropic("Be brief.", [...STEP, user("Thanks.", "And b?")], "openai"), {
    system: [{ type: "text", text: "Be brief.", ...CACHE }],
    messages: [
      { role: "user", content: [{ type: "text", text: "Read a." }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool_use", id: "call_a", name: "read_file", input: { path: "a" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call_a", content: '{"content":"A"}' }] },
      { role: "assistant", content: [{ type: "text", text: "It says A.", ...CACHE }] },
      {
        role: "user",
        content: [
          { type: "text", text: "Thanks." },
          { type: "text", text: "And b?", ...CACHE },
        ],
      },
    ],
  });
});

function chatCallIds(history: readonly PromptMessage[], provider: string): readonly string[] {
  const messages = toOpenAiChat("", history, provider);
  return messages.flatMap((message) => (message.role === "tool" ? [message.tool_call_id] : []));
}

test("L13 our id is used towards a provider that did not write the call", () => {
  assert.deepEqual(chatCallIds(STEP, "openai"), ["call_a"]);
  assert.deepEqual(chatCallIds(STEP, "openai-compatible"), ["ours-1"]);
});

test("L13 our ids are used where the provider's own are missing or repeated in the prompt", () => {
  const steps = ["ours-1", "ours-2"].flatMap((id) => [
    assistant("openai", call(id, "call_0")),
    tool(result(id, "x")),
  ]);
  assert.deepEqual(chatCallIds([user("go"), ...steps], "openai"), ["ours-1", "ours-2"]);
  const missing = [assistant("openai", call("ours-3", null)), tool(result("ours-3", "x"))];
  assert.deepEqual(chatCallIds([user("go"), ...missing], "openai"), ["ours-3"]);
});

test("L13 results are in the order of the calls, whatever order they were stored in", () => {
  const calls = assistant("openai", call("ours-1", "a"), call("ours-2", "b"));
  assert.deepEqual(
    chatCallIds([user("go"), calls, tool(result("ours-2", "x"), result("ours-1", "y"))], "openai"),
    ["a", "b"],
  );
});

test("L4 a tool error is text towards OpenAI's dialects, and marked towards Anthropic", () => {
  const history = [
    user("go"),
    assistant("openai", call("ours-1", "a")),
    tool(result("ours-1", { error: "no such file" }, true)),
  ];
  assert.deepEqual(toOpenAiChat("", history, "openai").at(-1), {
    role: "tool",
    tool_call_id: "a",
    content: "error: no such file",
  });
  assert.deepEqual(toOpenAiResponses("", history, "openai").input.at(-1), {
    type: "function_call_output",
    call_id: "a",
    output: "error: no such file",
  });
  const block = { type: "tool_result", tool_use_id: "a", content: "no such file", is_error: true, ...CACHE };
  assert.deepEqual(toAnthropic("", history, "openai").messages.at(-1)?.content, [block]);
});

test("L4 a call without a result gets an error result, a result without a call is dropped", () => {
  const history = [
    user("go"),
    assistant("openai", call("ours-1", "a")),
    tool(result("other", "x")),
    user("well?"),
  ];
  assert.deepEqual(
    toOpenAiChat("", history, "openai").map((message) => message.role),
    ["user", "assistant", "tool", "user"],
  );
});

test("L4 arguments that were not JSON stay valid in each dialect", () => {
  const broken = { _raw: '{"path": "a' };
  const history = [
    user("go"),
    assistant("openai", call("ours-1", "a", broken)),
    tool(result("ours-1", "bad", true)),
  ];
  const chat = toOpenAiChat("", history, "openai")[1];
  const inChat =
    chat?.role === "assistant" && chat.tool_calls?.[0]?.type === "function" && chat.tool_calls[0].function;
  assert.deepEqual(JSON.parse(inChat ? inChat.arguments : ""), broken);
  const item = toOpenAiResponses("", history, "openai").input[1];
  assert.deepEqual(JSON.parse(item?.type === "function_call" ? item.arguments : ""), broken);
  assert.deepEqual(
    JSON.stringify(toAnthropic("", history, "openai").messages[1]).includes(JSON.stringify(broken)),
    true,
  );
});

test("L7 thinking and its signature go back to the provider that wrote them, and to nobody else", () => {
  const thinking: Part = {
    type: "reasoning",
    text: "hm",
    provider_data: { provider: "anthropic", signature: "s" },
  };
  const redacted: Part = {
    type: "reasoning",
    text: "",
    provider_data: { provider: "anthropic", redacted_thinking: "r" },
  };
  const history = [user("go"), assistant("anthropic", thinking, redacted, text("42")), user("why?")];
  const content = (provider: string) => toAnthropic("", history, provider).messages[1]?.content;
  assert.deepEqual(content("anthropic"), [
    { type: "thinking", thinking: "hm", signature: "s" },
    { type: "redacted_thinking", data: "r" },
    { type: "text", text: "42", ...CACHE },
  ]);
  assert.deepEqual(content("other"), [{ type: "text", text: "42", ...CACHE }]);
  assert.doesNotMatch(JSON.stringify(toOpenAiChat("", history, "openai")), /hm|"s"/);
});

test("L7 sealed reasoning goes back to Responses before what it led to, and not when that is missing", () => {
  const data = { provider: "openai", item_id: "rs_1", encrypted_content: "sealed" };
  const reasoning: Part = { type: "reasoning", text: "First.", provider_data: data };
  const types = (...content: Part[]) =>
    toOpenAiResponses("", [assistant("openai", ...content)], "openai").input.map(
      (item) => item.type ?? "message",
    );
  assert.deepEqual(types(reasoning, call("ours-1", "a")), [
    "reasoning",
    "function_call",
    "function_call_output",
  ]);
  assert.deepEqual(types(reasoning), []);
  assert.deepEqual(types(text("42"), reasoning), ["message"]);
});

test("L7 reasoning goes back to Chat Completions only in the turn in hand, beside its calls, where the server put it", () => {
  const data = { provider: "openai-compatible", field: "reasoning_content" };
  const reasoning: Part = { type: "reasoning", text: "hm", provider_data: data };
  const step = [
    user("go"),
    assistant("openai-compatible", reasoning, call("ours-1", "a")),
    tool(result("ours-1", "x")),
  ];
  const replayed = (history: readonly PromptMessage[], provider: string) =>
    toOpenAiChat("", history, provider).some((message) => "reasoning_content" in message);
  assert.equal(replayed(step, "openai-compatible"), true);
  assert.equal(replayed([...step, user("next")], "openai-compatible"), false);
  assert.equal(replayed(step, "openai"), false);
});

test("L7 tools that the provider ran go back to it word for word, and to others not at all", () => {
  const shared = { tool_call_id: "ours-1", tool_name: "web_search", created_at: AT };
  const use = { type: "server_tool_use", id: "srv", name: "web_search", input: { query: "q" } };
  const found = { type: "web_search_tool_result", tool_use_id: "srv", content: [] };
  const history = [
    user("go"),
    assistant(
      "anthropic",
      {
        ...shared,
        type: "tool-call",
        args: {},
        provider_executed: true,
        provider_data: { provider: "anthropic", block: use },
      },
      {
        ...shared,
        type: "tool-result",
        result: {},
        is_error: false,
        provider_data: { provider: "anthropic", block: found },
      },
      text("Found."),
    ),
    user("more"),
  ];
  const content = (provider: string) => toAnthropic("", history, provider).messages[1]?.content;
  assert.deepEqual(content("anthropic"), [use, found, { type: "text", text: "Found.", ...CACHE }]);
  assert.deepEqual(content("other"), [{ type: "text", text: "Found.", ...CACHE }]);
});

test("Q2 messages that nobody answered become one turn of the user in every dialect", () => {
  const history = [user("One."), user("", " "), user("Two.")];
  assert.deepEqual(toOpenAiChat("", history, "openai"), [{ role: "user", content: "One.\n\nTwo." }]);
  assert.equal(toOpenAiResponses("", history, "openai").input.length, 1);
  assert.equal(toAnthropic("", history, "anthropic").messages.length, 1);
});

test("L10 a history that begins with the assistant is given a user first, and one that ends with it no white space", () => {
  const { messages } = toAnthropic("", [assistant("anthropic", text("So far: \n"))], "anthropic");
  assert.deepEqual(messages, [
    { role: "user", content: [{ type: "text", text: "(continued)", ...CACHE }] },
    { role: "assistant", content: [{ type: "text", text: "So far:", ...CACHE }] },
  ]);
});

test("C5 files and references are named to the model, and the content of a reference cannot end its fence", () => {
  const content: Part[] = [
    text("Look:"),
    { type: "file-reference", file_name: "a.md", start_line: 3, end_line: 4, content: "```js\nx\n```" },
    { type: "file", file_id: "f", media_type: "image/png", name: "a.png" },
  ];
  const [message] = toOpenAiChat("", [{ role: "user", content, provider: null }], "openai");
  assert.equal(
    message?.content,
    "Look:\n\nFrom a.md, lines 3 to 4:\n````\n```js\nx\n```\n````\n\n[Attached file: a.png (image/png)]",
  );
});

test("L4 a tool name that a model invented does not spoil the history for ever", () => {
  const invented = { ...call("ours-1", "a"), tool_name: "read file: now!" };
  const history = [user("go"), assistant("openai", invented), tool(result("ours-1", "no such tool", true))];
  assert.match(JSON.stringify(toOpenAiChat("", history, "openai")), /"name":"read_file__now_"/);
});

test("L4 a turn of the provider's own items alone leaves no two user messages side by side", () => {
  const search: Part = {
    type: "tool-call",
    tool_call_id: "s1",
    tool_name: "web_search",
    args: {},
    provider_executed: true,
    created_at: AT,
    provider_data: { provider: "openai" },
  };
  const found: Part = { ...result("s1", "found"), provider_data: { provider: "openai" } };
  const history = [user("one"), assistant("openai", search, found), user("two")];
  assert.deepEqual(toOpenAiChat("", history, "openai"), [{ role: "user", content: "one\n\ntwo" }]);
});
