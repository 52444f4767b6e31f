// Refusals in the words of real servers, each with a request that causes it and what is right in the next one.
import type { Part } from "../../core/part/part.ts";
import type { Dialect, ModelRequest, PromptMessage, ToolSpec } from "../provider.ts";

const AT = "2026-11-20T10:00:00Z";

export const TOOL: ToolSpec = { name: "grep", description: "Searches", parameters: { type: "object", properties: {} } };

export function user(said: string): PromptMessage {
  return { role: "user", content: [{ type: "text", text: said }], provider: null };
}

/** Written by `p2`, the provider that the tests ask. */
export function assistant(...content: readonly Part[]): PromptMessage {
  return { role: "assistant", content, provider: "p2" };
}

export function call(id: string, data: Record<string, string> = {}, name = "grep"): Part {
  return { type: "tool-call", tool_call_id: id, tool_name: name, args: {}, created_at: AT, provider_data: { provider: "p2", ...data } };
}

export function result(id: string, name = "grep"): PromptMessage {
  const part: Part = { type: "tool-result", tool_call_id: id, tool_name: name, result: "found", is_error: false, created_at: AT };
  return { role: "tool", content: [part], provider: null };
}

function thought(data: Record<string, string>, text = "Hm."): Part {
  return { type: "reasoning", text, provider_data: { provider: "p2", ...data } };
}

const said = (text: string): Part => ({ type: "text", text });

interface Refusal {
  /** Its name in the table, or `unsealed`. */
  readonly quirk: string;
  readonly says: unknown;
  readonly status?: number;
  readonly dialect: Dialect;
  readonly request: Partial<ModelRequest>;
  /** Whether a request is as the server wants it. */
  readonly right: (body: Record<string, unknown>) => boolean;
}

type Message = Record<string, unknown> & { role: string };
const messagesOf = (body: Record<string, unknown>) => body["messages"] as Message[];
const error = (message: string, more: object = {}) => ({ error: { message, type: "invalid_request_error", param: null, code: null, ...more } });
const anthropic = (message: string) => ({ type: "error", error: { type: "invalid_request_error", message } });
const STEP = [user("go"), assistant(call("call_0123456789abcdef01234567")), result("call_0123456789abcdef01234567")];
const CHAT = { dialect: "openai-chat", request: { messages: STEP, tools: [TOOL] } } as const;
const THOUGHT_STEP = [
  user("go"),
  assistant(thought({ field: "reasoning_content" }, "I need it."), call("c1")),
  result("c1"),
  assistant(thought({ field: "reasoning_content" }, "Now I know."), said("Three.")),
  user("more"),
];
const OUTPUT = {
  schema: { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
};
const behind = (body: Record<string, unknown>) =>
  !messagesOf(body).some((each, i, all) => each.role === "user" && all[i - 1]?.role === "tool");
const idsOf = (body: Record<string, unknown>) => [...JSON.stringify(body).matchAll(/"(?:tool_call_id|id)":"([^"]*)"/g)].map(([, id]) => id ?? "");
const contentBesideCalls = (body: Record<string, unknown>) => messagesOf(body).find((each) => "tool_calls" in each)?.["content"];

const WITH_FILES: Partial<ModelRequest> = {
  messages: [
    {
      role: "user",
      content: [
        { type: "file", file_id: "1", name: "red.png", media_type: "image/png" },
        { type: "file", file_id: "2", name: "paper.pdf", media_type: "application/pdf" },
      ],
      provider: null,
    },
  ],
  files: new Map([
    ["1", { type: "image", media_type: "image/png", data: "iVBORw0KGgo=", chars: 12 }],
    ["2", { type: "document", data: "JVBERi0=" }],
  ]),
};

export const REFUSALS: readonly Refusal[] = [
  ...[
    error("Unexpected role 'user' after role 'tool'", { type: "invalid_request_message_order", code: "3230" }),
    { object: "error", message: "Unexpected role 'user' after role 'tool'", type: "invalid_request_message_order", param: null, code: "3230" },
    error("Conversation roles must alternate user/assistant/user/assistant/..."),
  ].map((says): Refusal => ({ quirk: "assistant-behind-tool", says, dialect: "openai-chat", request: { messages: [...STEP, user("and?")], tools: [TOOL] }, right: behind })),
  {
    ...CHAT,
    quirk: "nine-character-ids",
    says: error("Tool call id was call_9aBc but must be a-z, A-Z, 0-9, with a length of 9.", { type: "invalid_function_call", code: "3280" }),
    right: (body) => idsOf(body).length === 2 && new Set(idsOf(body)).size === 1 && idsOf(body).every((id) => /^[A-Za-z0-9]{9}$/.test(id)),
  },
  {
    quirk: "plain-ids",
    says: error("messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    dialect: "openai-chat",
    request: { messages: [user("go"), assistant(call("call_a", { call_id: "functions.grep:0" })), result("call_a")], tools: [TOOL] },
    right: (body) => idsOf(body).every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id)),
  },
  ...[
    error("The `reasoning_content` in the thinking mode must be passed back to the API.", { code: "invalid_request_error" }),
    error("thinking is enabled but reasoning_content is missing in assistant tool call message at index 2"),
  ].map((says): Refusal => ({
    quirk: "reasoning-back",
    says,
    dialect: "openai-chat",
    request: { messages: THOUGHT_STEP, tools: [TOOL] },
    right: (body) =>
      JSON.stringify(messagesOf(body).filter(({ role }) => role === "assistant").map((each) => each["reasoning_content"])) ===
      '["I need it.","Now I know."]',
  })),
  {
    quirk: "plain-ids",
    says: anthropic("messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    dialect: "anthropic",
    request: { messages: [user("go"), assistant(call("call_a", { call_id: "functions.grep:0" })), result("call_a")], tools: [TOOL] },
    right: (body) => !JSON.stringify(body).includes("functions.grep:0"),
  },
  {
    ...CHAT,
    quirk: "nine-character-ids",
    status: 500,
    says: error("Tool call IDs should be alphanumeric strings with length 9!"),
    right: (body) => idsOf(body).every((id) => /^[A-Za-z0-9]{9}$/.test(id)),
  },
  {
    quirk: "reasoning-back",
    says: error("The `content[].thinking` in the thinking mode must be passed back to the API."),
    dialect: "anthropic",
    request: {
      model: "deepseek-v4-pro",
      messages: [user("go"), assistant({ type: "reasoning", text: "I need it." }, call("c1")), result("c1"), assistant(said("Three.")), user("more")],
      tools: [TOOL],
    },
    right: (body) =>
      JSON.stringify([...JSON.stringify(body).matchAll(/"thinking":"([^"]*)"/g)].map(([, text]) => text)) === '["I need it."," "]',
  },
  {
    ...CHAT,
    quirk: "signature-stand-in",
    says: [{ error: { code: 400, message: "Function call is missing a thought_signature in functionCall parts. Additional data, function call `default_api:grep`, position 2.", status: "INVALID_ARGUMENT" } }],
    right: (body) => JSON.stringify(body).includes('"extra_content":{"google":{"thought_signature":"skip_thought_signature_validator"}}'),
  },
  ...[
    error("Invalid value for 'content': expected a string, got null."),
    error("invalid message content type: <nil>"),
    error("messages[2]:content和tool_calls 字段不能同时为空", { code: "1214" }),
    error("Invalid 'content': 'content' field must be a string or an array of objects."),
    error("messages.1: content field is required"),
  ].map((says): Refusal => ({ ...CHAT, quirk: "empty-text-beside-calls", says, right: (body) => contentBesideCalls(body) === "" })),
  ...[error("invalid params, chat content is empty (2013)", { code: 2013 }), error("The content field in the Message object at messages.1 is empty. Add a ContentBlock object to the content field and try again.")].map(
    (says): Refusal => ({ ...CHAT, quirk: "words-beside-calls", says, right: (body) => /\w/.test(JSON.stringify(contentBesideCalls(body)).replace("null", "")) }),
  ),
  ...[error("System role not supported"), error("Unsupported value: 'messages[0].role' does not support 'system' with this model."), error("System message must be at the beginning.")].map(
    (says): Refusal => ({
      quirk: "system-as-user",
      says,
      dialect: "openai-chat",
      request: { system: "Be brief." },
      right: (body) => !messagesOf(body).some(({ role }) => role === "system") && String(messagesOf(body)[0]?.["content"]).startsWith("Be brief."),
    }),
  ),
  {
    quirk: "no-cache-marks",
    says: anthropic("system.0.cache_control: Extra inputs are not permitted"),
    dialect: "anthropic",
    request: { system: "Be brief." },
    right: (body) => !JSON.stringify(body).includes("cache_control"),
  },
  {
    quirk: "thinks-only-after-thinking",
    says: anthropic("messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`."),
    dialect: "anthropic",
    request: { model: "claude-sonnet-4-6", messages: STEP, tools: [TOOL], config: { reasoning_effort: "low" } },
    right: (body) => !("thinking" in body),
  },
  ...[
    { object: "error", detail: [{ type: "extra_forbidden", loc: ["body", "messages", 1, "assistant", "reasoning_content"], msg: "Extra inputs are not permitted" }] },
    { message: "messages.1.assistant.reasoning_content: property 'messages.1.assistant.reasoning_content' is unsupported", type: "invalid_request_error", code: "wrong_api_format" },
  ].map((says): Refusal => ({
    quirk: "reasoning-not-back",
    says,
    status: 422,
    dialect: "openai-chat",
    request: { messages: THOUGHT_STEP.slice(0, 3), tools: [TOOL] },
    right: (body) => !JSON.stringify(body).includes("reasoning_content"),
  })),
  ...(["openai-chat", "openai-responses", "anthropic"] as const).map((dialect): Refusal => ({
    quirk: "undeclared-calls-as-text",
    says: error("tool call validation failed: attempted to call tool 'execute' which was not in request.tools", { code: "tool_use_failed" }),
    dialect,
    request: { messages: [user("go"), assistant(call("c1", {}, "execute")), result("c1", "execute"), user("more")], tools: [TOOL] },
    right: (body) => /called the tool execute/.test(JSON.stringify(body)) && !/"name":"execute"/.test(JSON.stringify(body)),
  })),
  {
    quirk: "max-completion-tokens",
    says: error("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", { param: "max_tokens", code: "unsupported_parameter" }),
    dialect: "openai-chat",
    request: { config: { max_output_tokens: 100 } },
    right: (body) => body["max_completion_tokens"] === 100 && !("max_tokens" in body),
  },
  {
    quirk: "max-tokens",
    says: error("Unrecognized request argument supplied: max_completion_tokens"),
    dialect: "openai-chat",
    request: { config: { provider_options: { max_completion_tokens: 100 } } },
    right: (body) => body["max_tokens"] === 100 && !("max_completion_tokens" in body),
  },
  ...[
    error("Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.", { param: "temperature", code: "unsupported_value" }),
    error("invalid temperature: only 1 is allowed for this model"),
    anthropic("`temperature` is deprecated for this model."),
  ].map((says): Refusal => ({
    quirk: "without-temperature",
    says,
    dialect: "openai-chat",
    request: { config: { temperature: 0.3 } },
    right: (body) => !("temperature" in body),
  })),
  {
    quirk: "without-reasoning-summary",
    says: error("Your organization must be verified to generate reasoning summaries. Please go to: https://platform.openai.com/settings and click on Verify Organization.", { param: "reasoning.summary", code: "unsupported_value" }),
    dialect: "openai-responses",
    request: { config: { reasoning_effort: "low" } },
    right: (body) => JSON.stringify(body["reasoning"]) === '{"effort":"low"}',
  },
  {
    quirk: "without-include",
    says: error("Encrypted content is not supported with this model.", { param: "include" }),
    dialect: "openai-responses",
    request: { config: { reasoning_effort: "low" } },
    right: (body) => !("include" in body),
  },
  {
    quirk: "effort-xhigh-as-high-in-openai-responses",
    says: error("Unsupported value: 'xhigh' is not supported with the 'gpt-5.1' model. Supported values are: 'none', 'low', 'medium', and 'high'.", { param: "reasoning.effort", code: "unsupported_value" }),
    dialect: "openai-responses",
    request: { config: { reasoning_effort: "xhigh" } },
    right: (body) => (body["reasoning"] as Record<string, unknown>)["effort"] === "high",
  },
  {
    quirk: "thinking-by-effort",
    says: anthropic('"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'),
    dialect: "anthropic",
    request: { model: "claude-sonnet-4-5", config: { reasoning_effort: "low" } },
    right: (body) => (body["thinking"] as Record<string, unknown>)["type"] === "adaptive",
  },
  {
    quirk: "thinking-by-budget",
    says: anthropic("adaptive thinking is not supported on this model"),
    dialect: "anthropic",
    request: { model: "claude-sonnet-4-6", config: { reasoning_effort: "low" } },
    right: (body) => (body["thinking"] as Record<string, unknown>)["type"] === "enabled" && !("output_config" in body),
  },
  {
    quirk: "without-thinking",
    says: anthropic("thinking: Extra inputs are not permitted"),
    dialect: "anthropic",
    request: { model: "of-mine", config: { reasoning_effort: "low" } },
    right: (body) => !("thinking" in body) && !("output_config" in body),
  },
  ...["messages.1.content.0: Invalid `signature` in `thinking` block", "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\"."].map(
    (message): Refusal => ({
      quirk: "unsealed",
      says: anthropic(message),
      dialect: "anthropic",
      request: {
        model: "claude-sonnet-4-5",
        messages: [user("go"), assistant(thought({ signature: "YmFk" }), call("c1")), result("c1")],
        tools: [TOOL],
        config: { reasoning_effort: "medium" },
      },
      // Nothing was thought before the call, so this step ends without thinking.
      right: (body) => !JSON.stringify(body).includes('"thinking"'),
    }),
  ),
  ...["Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.", "Duplicate item found with id rs_1. Remove duplicate items from your input and try again."].map(
    (message): Refusal => ({
      quirk: "unsealed",
      says: error(message, { param: "input" }),
      dialect: "openai-responses",
      request: {
        messages: [user("go"), assistant(thought({ item_id: "rs_1", encrypted_content: "ZW5j" }), call("c1")), result("c1")],
        tools: [TOOL],
      },
      right: (body) => !JSON.stringify(body["input"]).includes('"reasoning"'),
    }),
  ),
  ...([
    ["image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", 500],
    ["Failed to deserialize the JSON body: messages[0]: unknown variant `image_url`, expected `text`", 400],
    ["No endpoints found that support image input", 404],
  ] as const).map(
    ([message, status]): Refusal => ({
      quirk: "no-images",
      says: error(message),
      status,
      dialect: "openai-chat",
      request: WITH_FILES,
      right: (body) => !JSON.stringify(body).includes("image_url") && JSON.stringify(body).includes('"file_data"'),
    }),
  ),
  {
    quirk: "no-documents",
    says: error("Unsupported content part type: \"file\""),
    dialect: "openai-chat",
    request: WITH_FILES,
    right: (body) => !JSON.stringify(body).includes('"file_data"') && JSON.stringify(body).includes("image_url"),
  },
  ...([
    [error("This response_format type is unavailable now"), "openai-chat"],
    [error("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", { param: "response_format" }), "openai-chat"],
  ] as const).map(
    ([says, dialect]): Refusal => ({
      quirk: "without-response-format",
      says,
      dialect,
      request: { output: OUTPUT },
      right: (body) => body["response_format"] === undefined && JSON.stringify(body["messages"]).includes("JSON schema below"),
    }),
  ),
  {
    quirk: "without-text-format",
    says: error("Invalid parameter: 'text.format' of type 'json_schema' is not supported with model version `gpt-4`."),
    dialect: "openai-responses",
    request: { output: OUTPUT },
    right: (body) => body["text"] === undefined && String(body["instructions"]).includes("JSON schema below"),
  },
  {
    quirk: "without-output-config-format",
    says: anthropic("'claude-3-5-haiku' does not support output format."),
    dialect: "anthropic",
    request: { output: OUTPUT },
    right: (body) => body["output_config"] === undefined && JSON.stringify(body["system"]).includes("JSON schema below"),
  },
  {
    quirk: "without-tool-choice",
    says: error("deepseek-reasoner does not support this tool_choice"),
    dialect: "openai-chat",
    request: { tools: [TOOL], tool_choice: "required" },
    right: (body) => body["tool_choice"] === undefined && body["tools"] !== undefined,
  },
];
