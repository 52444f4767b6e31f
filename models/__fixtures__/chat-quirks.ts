// How servers that imitate Chat Completions really stream: one row per way, with its source. A source of the form
// owner/repository#number is where the behaviour was read. Other words name whose form it is, by its documentation, its
// SDK's types or long experience. "after" marks a variation of what was read.

/** Objects are sent as `data:` events, strings unchanged. */
export type Chunk = object | string;

export const delta = (fields: object, more: object = {}) => ({ choices: [{ index: 0, delta: fields, ...more }] });
export const call = (fields: object, name?: string, args?: unknown) => ({
  ...fields,
  function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
});
export const calls = (...tool_calls: object[]) => delta({ tool_calls });
export const end = (finish_reason: string | null = "stop") => delta({}, { finish_reason });
const DONE = "data: [DONE]\n\n";
const A = { a: 1 };

/** Name, where it was seen, what is streamed, what it means, and its end. */
export const CHAT_QUIRKS: readonly (readonly [string, string, readonly Chunk[], readonly string[], string])[] = [
  // Tool calls.
  ["calls without an index", "ollama/ollama#7881", [calls(call({ id: "a" }, "f", '{"a":1}')), calls(call({ id: "b" }, "g", '{"a":2}')), end("tool_calls")], ['tool-call f {"a":1}', 'tool-call g {"a":2}'], "tool_calls"],
  ["calls that all have index 0", "ollama/ollama#15457", [calls(call({ index: 0, id: "a" }, "f", '{"a":1}')), calls(call({ index: 0, id: "b" }, "f", '{"a":2}')), end("tool_calls")], ['tool-call f {"a":1}', 'tool-call f {"a":2}'], "tool_calls"],
  ["calls that all have index 0 and no id", "after ai-dynamo/dynamo#4723", [calls(call({ index: 0 }, "f", '{"a":1}')), calls(call({ index: 0 }, "g", '{"a":2}')), end("tool_calls")], ['tool-call f {"a":1}', 'tool-call g {"a":2}'], "tool_calls"],
  ["two whole calls in one delta without index and id", "Gemini's compatible address", [calls(call({}, "f", ""), call({}, "f", '{"a":2}')), end("tool_calls")], ["tool-call f", 'tool-call f {"a":2}'], "tool_calls"],
  ["another name before the first call's arguments are whole", "after BerriAI/litellm#33678", [calls(call({ index: 0 }, "f", "")), calls(call({ index: 0 }, "g", '{"a":2}')), end("tool_calls")], ["tool-call f", 'tool-call g {"a":2}'], "tool_calls"],
  ["the same id for every call", "llama.cpp's older templates", [calls(call({ index: 0, id: "call_0" }, "f", '{"a":1}')), calls(call({ index: 1, id: "call_0" }, "f", '{"a":2}')), end("tool_calls")], ['tool-call f {"a":1}', 'tool-call f {"a":2}'], "tool_calls"],
  ["the name in every piece", "after NousResearch/hermes-agent#3468", [calls(call({ index: 0, id: "a" }, "f", '{"a"')), calls(call({ index: 0, id: "a" }, "f", ":1}")), end("tool_calls")], ['tool-call f {"a":1}'], "tool_calls"],
  ["the name and id behind the arguments", "gateways", [calls(call({ index: 0 }, undefined, '{"a":1}')), calls(call({ index: 0, id: "a" }, "f")), end("tool_calls")], ['tool-call f {"a":1}'], "tool_calls"],
  ["arguments as an object", "BerriAI/litellm#37792", [calls(call({ index: 0, id: "a" }, "f", A)), end("tool_calls")], ['tool-call f {"a":1}'], "tool_calls"],
  ["arguments missing, null or empty", "BerriAI/litellm#5063", [calls(call({ index: 0, id: "a" }, "f")), calls(call({ index: 1, id: "b" }, "g", null)), calls(call({ index: 2, id: "c" }, "h", "")), end("tool_calls")], ["tool-call f", "tool-call g", "tool-call h"], "tool_calls"],
  ["{} before the arguments", "BerriAI/litellm#4537, openai/openai-agents-js#712", [calls(call({ index: 0, id: "a" }, "f", "{}")), calls(call({ index: 0 }, undefined, '{"a"')), calls(call({ index: 0 }, undefined, ":1}")), end("tool_calls")], ['tool-call f {"a":1}'], "tool_calls"],
  ["{} that is all of the arguments", "after openai/openai-agents-js#712", [calls(call({ index: 0, id: "a" }, "f", "{}")), end("tool_calls")], ["tool-call f {}"], "tool_calls"],
  ["{} of two calls of the same name", "Gemini's compatible address", [calls(call({ index: 0 }, "f", "{}")), calls(call({ index: 0 }, "f", "{}")), end("tool_calls")], ["tool-call f {}", "tool-call f {}"], "tool_calls"],
  ["the whole arguments once more at the end", "vLLM's remaining arguments", [calls(call({ index: 0, id: "a" }, "f", '{"a":')), calls(call({ index: 0 }, undefined, "1}")), calls(call({ index: 0 }, undefined, '{"a":1}')), end("tool_calls")], ['tool-call f {"a":1}'], "tool_calls"],
  ["arguments that are no JSON", "any small model", [calls(call({ index: 0, id: "a" }, "f", "path=a")), end("tool_calls")], ["tool-call f path=a"], "tool_calls"],
  ["a function_call of the older kind", "OpenAI before November 2023", [delta({ function_call: { name: "f", arguments: '{"a"' } }), delta({ function_call: { arguments: ":1}" } }), end("function_call")], ['tool-call f {"a":1}'], "tool_calls"],
  ["no call at all in the list", "vLLM", [delta({ content: "x", tool_calls: [] }), end()], ["text x"], "stop"],
  ["a list of calls that is null", "llama.cpp", [delta({ content: "x", tool_calls: null, function_call: null }), end()], ["text x"], "stop"],
  // Ends.
  ["tool_calls without calls", "vLLM", [delta({ content: "x" }), end("tool_calls")], ["text x"], "stop"],
  ["stop beside calls", "BerriAI/litellm#37792", [calls(call({ index: 0, id: "a" }, "f", "{}")), end()], ["tool-call f {}"], "tool_calls"],
  ["no finish reason, but [DONE]", "gateways", [delta({ content: "x" }), DONE], ["text x"], "stop"],
  ["no [DONE]", "gateways", [delta({ content: "x" }), end()], ["text x"], "stop"],
  ["neither: truncated", "a server that died", [delta({ content: "x" })], ["text x"], "network"],
  ["an empty finish reason in every chunk", "gateways", [delta({ content: "x" }, { finish_reason: "" }), delta({ content: "y" }, { finish_reason: "" }), end()], ["text xy"], "stop"],
  ["the finish reason null, as text", "gateways", [delta({ content: "x" }, { finish_reason: "null" }), end()], ["text x"], "stop"],
  ["a finish reason in every chunk", "gateways", [delta({ content: "x" }, { finish_reason: "stop" }), delta({ content: "y" }, { finish_reason: "stop" })], ["text xy"], "stop"],
  ["the finish reason beside the last text", "Ollama", [delta({ content: "x" }, { finish_reason: "stop" })], ["text x"], "stop"],
  ["a finish reason in capitals", "Gemini's compatible address", [delta({ content: "x" }, { finish_reason: "MAX_TOKENS" })], ["text x"], "length"],
  ["a finish reason of Mistral's", "Mistral's API", [delta({ content: "x" }, { finish_reason: "model_length" })], ["text x"], "length"],
  ["a filter's stop in Gemini's words", "Gemini's compatible address", [delta({ content: "x" }, { finish_reason: "content_filter: SAFETY" })], ["text x"], "content_filter"],
  ["a filter's stop in Zhipu's words", "Zhipu's API", [delta({ content: "x" }, { finish_reason: "sensitive" })], ["text x"], "content_filter"],
  ["a finish reason that nobody knows", "any", [delta({ content: "x" }, { finish_reason: "eureka" })], ["text x"], "other"],
  // Text and reasoning.
  ["no role, or a wrong one", "gateways", [delta({ role: "user", content: "x" }), delta({ role: "", content: "y" }), end()], ["text xy"], "stop"],
  ["reasoning_content", "DeepSeek, llama.cpp", [delta({ reasoning_content: "hm", content: null }), delta({ content: "x" }), end()], ["reasoning hm", "text x"], "stop"],
  ["reasoning", "vLLM, OpenRouter", [delta({ reasoning: "hm" }), delta({ content: "x" }), end()], ["reasoning hm", "text x"], "stop"],
  ["the same reasoning in both fields", "vLLM 0.11", [delta({ reasoning: "hm", reasoning_content: "hm" }), delta({ content: "x" }), end()], ["reasoning hm", "text x"], "stop"],
  ["think tags, left in the text", "models without a reasoning parser", [delta({ content: "<think>hm</think>x" }), end()], ["text <think>hm</think>x"], "stop"],
  ["content as a list of pieces", "vercel/ai#8072 (Mistral)", [delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }), delta({ content: [{ type: "text", text: "x" }] }), delta({ content: "y" }), end()], ["reasoning hm", "text xy"], "stop"],
  ["reasoning in details alone", "pydantic/pydantic-ai#7214 (OpenRouter)", [delta({ reasoning_details: [{ type: "reasoning.summary", summary: "hm", index: 0 }] }), delta({ content: "x" }), end()], ["reasoning hm", "text x"], "stop"],
  [
    "sources as annotations, repeated",
    "OpenRouter's web search",
    [
      delta({
        content: "x",
        annotations: [{ type: "url_citation", url_citation: { url: "https://a.example", title: "A" } }],
      }),
      delta({
        annotations: [{ type: "url_citation", url_citation: { url: "https://a.example", title: "A" } }],
      }),
      end(),
    ],
    ["text x", "source A https://a.example"],
    "stop",
  ],
  [
    "sources at every chunk",
    "Perplexity's API",
    [
      {
        ...delta({ content: "x" }),
        citations: ["https://a.example"],
        search_results: [{ url: "https://a.example", title: "A" }],
      },
      { ...delta({ content: "y" }), citations: ["https://a.example"] },
      end(),
    ],
    ["text x", "source A https://a.example", "text y"],
    "stop",
  ],
  // Wire.
  ["a message in place of a delta", "Perplexity's API", [{ choices: [{ index: 0, message: { content: "x" } }] }, end()], ["text x"], "stop"],
  ["no choices at first", "Azure's prompt filter results", [{ choices: [], prompt_filter_results: [] }, delta({ content: "x" }), end()], ["text x"], "stop"],
  ["choices that are null", "gateways", [{ choices: null }, delta({ content: "x" }), end()], ["text x"], "stop"],
  ["a choice of another index", "servers that ignore n", [delta({ content: "x" }), { choices: [{ index: 1, delta: { content: "z" } }] }, end()], ["text x"], "stop"],
  ["comments, pings and empty data", "OpenRouter, darshi1337/apogee#139 (llama.cpp)", [": OPENROUTER PROCESSING\n\n", "event: ping\n\n", "data:\n\n", delta({ content: "x" }), end(), "data: [DONE]"], ["text x"], "stop"],
  ["values that are no objects", "any", ["data: null\n\n", "data: 7\n\n", "data: []\n\n", delta({ content: "x" }), end()], ["text x"], "stop"],
];

const USAGE = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
/** How usage arrives: name, what is streamed, output tokens that are understood. */
export const CHAT_USAGES: readonly (readonly [string, readonly Chunk[], number | null])[] = [
  ["missing", [delta({ content: "x" }), end()], null],
  ["in the last chunk, with empty choices", [delta({ content: "x" }), end(), { choices: [], usage: USAGE }, DONE], 3],
  ["beside the finish reason", [delta({ content: "x" }), { ...end(), usage: USAGE }], 3],
  [
    "in every chunk, growing",
    [
      { ...delta({ content: "x" }), usage: { ...USAGE, completion_tokens: 1 } },
      { ...end(), usage: USAGE },
    ],
    3,
  ],
  [
    "null in every chunk but the last",
    [
      { ...delta({ content: "x" }), usage: null },
      { ...end(), usage: null },
      { choices: [], usage: USAGE },
    ],
    3,
  ],
  ["in the choice", [delta({ content: "x" }), delta({}, { finish_reason: "stop", usage: USAGE })], 3],
  ["in x_groq", [delta({ content: "x" }), { ...end(), x_groq: { usage: USAGE } }], 3],
  ["behind [DONE], where nobody looks", [delta({ content: "x" }), end(), DONE, { choices: [], usage: USAGE }], null],
  ["of words", [delta({ content: "x" }), { ...end(), usage: { prompt_tokens: "5", completion_tokens: -1 } }], 0],
];
