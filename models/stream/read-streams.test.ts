// Tests what each recorded stream means, through the whole adapter.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { ErrorKind } from "../../core/chat/error-kind.ts";
import type { FinishReason } from "../../core/chat/message.ts";
import { type FoldedPart, fold, replay } from "../__fixtures__/replay.ts";

interface Expectation {
  /** Type and text of each part. Tools start with the call's id and name. */
  readonly parts: readonly string[];
  readonly end: FinishReason | { readonly kind: ErrorKind; readonly retryable: boolean };
  /** input, output, total, reasoning, cache creation, cache read. */
  readonly usage: readonly number[] | null;
}

const OPENAI_USAGE = [8, 7, 27, 3, 0, 12];
const ANTHROPIC_USAGE = [8, 7, 32, 0, 5, 12];
const ANTHROPIC_START_USAGE = [8, 1, 26, 0, 5, 12];
const TOOLS = ['tool-call call-1 read_file {"path":"é.txt"}', 'tool-call call-2 grep {"pattern":"🙂"}'];
const TRUNCATED = { kind: "network", retryable: true } as const;
const FILTERED = { kind: "content_filter", retryable: false } as const;
const EMPTY = { kind: "no_output", retryable: true } as const;
const OVERLOADED = { kind: "overloaded", retryable: true } as const;
const LIMITED = { kind: "rate_limit", retryable: true } as const;
const FOUND = ["text Found", "source A https://example.org/a"];

const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  "chat-text.sse": { parts: ["text Grüße, 👩‍🚀 日本!"], end: "stop", usage: OPENAI_USAGE },
  "chat-reasoning.sse": { parts: ["reasoning Let me think.", "text 42"], end: "stop", usage: OPENAI_USAGE },
  "chat-tools.sse": { parts: ["text I look.", ...TOOLS], end: "tool_calls", usage: OPENAI_USAGE },
  "chat-tools-odd-ids.sse": {
    parts: [
      'tool-call call-1 f {"a":1}',
      'tool-call call-2 f {"a":2}',
      "tool-call call-3 g {}",
      'tool-call call-4 h {"b":3}',
    ],
    end: "tool_calls",
    usage: null,
  },
  "chat-function-call.sse": { parts: ['tool-call call-1 f {"a":1}'], end: "tool_calls", usage: null },
  "chat-usage-odd.sse": { parts: ["text ab"], end: "length", usage: [5, 3, 8, 0, 0, 0] },
  "chat-refusal.sse": { parts: ["text I cannot do that."], end: "content_filter", usage: null },
  "chat-content-filter.sse": { parts: ["text Part"], end: FILTERED, usage: OPENAI_USAGE },
  "chat-error.sse": { parts: ["text Part"], end: OVERLOADED, usage: null },
  "chat-error-gateway.sse": { parts: ["text Part"], end: LIMITED, usage: null },
  "chat-truncated.sse": { parts: ["text Part of it"], end: TRUNCATED, usage: null },
  "chat-cut-inside-event.sse": { parts: ["text Part"], end: TRUNCATED, usage: null },
  "chat-empty.sse": { parts: ["reasoning hm", "text \n"], end: EMPTY, usage: null },
  "chat-sources.sse": {
    parts: ["text See ", "source A https://example.org/a", "text there"],
    end: "stop",
    usage: null,
  },
  "chat-split-emoji.sse": { parts: ["text a🙂b"], end: "stop", usage: null },
  "chat-every-field.sse": {
    parts: ["text Grüße 👩‍🚀", 'tool-call call-1 read_file {"path":"é.txt"}', "tool-call call-2 list {}"],
    end: "tool_calls",
    usage: OPENAI_USAGE,
  },
  "responses-every-event.sse": {
    parts: [
      "reasoning First, \n\nthen.",
      "reasoning Open thought 🙂",
      'tool-call call-1 web_search {"type":"search","query":"q"}',
      'tool-result call-1 web_search {"status":"completed"}',
      'tool-call call-2 file_search {"queries":["q"]}',
      'tool-result call-2 file_search {"status":"completed","results":[{"file_id":"f","filename":"a.md","score":0.5,"text":"found"}]}',
      'tool-call call-3 code_interpreter {"code":"1+1"}',
      'tool-result call-3 code_interpreter {"status":"completed","outputs":[{"type":"logs","logs":"2"}]}',
      "tool-call call-4 image_generation {}",
      'tool-result call-4 image_generation {"status":"completed"}',
      'tool-call call-5 look {"a":1}',
      'tool-result call-5 look {"status":"completed","output":"seen"}',
      "tool-call call-6 look {}",
      'tool-result call-6 look {"status":"failed","error":"no such tool"}',
      "text Grüße 👩‍🚀",
      "source A https://example.org/a",
      'tool-call call-7 read_file {"path":"é.txt"}',
      "tool-call call-8 list {}",
    ],
    end: "tool_calls",
    usage: OPENAI_USAGE,
  },
  "responses-text.sse": { parts: ["text Grüße 👩‍🚀!"], end: "stop", usage: OPENAI_USAGE },
  "responses-reasoning.sse": {
    parts: ["reasoning First.\n\nThen.", "text 42"],
    end: "stop",
    usage: OPENAI_USAGE,
  },
  "responses-tools.sse": { parts: TOOLS, end: "tool_calls", usage: OPENAI_USAGE },
  "responses-server-tool.sse": {
    parts: [
      'tool-call call-1 web_search {"type":"search","query":"q"}',
      'tool-result call-1 web_search {"status":"completed"}',
      ...FOUND,
    ],
    end: "stop",
    usage: OPENAI_USAGE,
  },
  "responses-unknown.sse": { parts: ["text Grüße 👩‍🚀!"], end: "stop", usage: OPENAI_USAGE },
  "responses-refusal.sse": { parts: ["text I cannot."], end: "content_filter", usage: OPENAI_USAGE },
  "responses-max-tokens.sse": { parts: ["text Part"], end: "length", usage: OPENAI_USAGE },
  "responses-content-filter.sse": { parts: ["text Part"], end: FILTERED, usage: OPENAI_USAGE },
  "responses-failed.sse": { parts: ["text Part"], end: { kind: "generic", retryable: true }, usage: null },
  "responses-error.sse": { parts: [], end: LIMITED, usage: null },
  "responses-truncated.sse": { parts: ["text Part"], end: TRUNCATED, usage: null },
  "responses-unstreamed.sse": {
    parts: ["text Whole", 'tool-call call-1 f {"a":1}'],
    end: "tool_calls",
    usage: OPENAI_USAGE,
  },
  "responses-reasoning-only.sse": { parts: ["reasoning "], end: EMPTY, usage: OPENAI_USAGE },
  "anthropic-text.sse": { parts: ["text Grüße 👩‍🚀!"], end: "stop", usage: ANTHROPIC_USAGE },
  "anthropic-thinking.sse": {
    parts: ["reasoning Let me think.", "reasoning ", "text 42"],
    end: "stop",
    usage: ANTHROPIC_USAGE,
  },
  "anthropic-tools.sse": {
    parts: ["text I look.", ...TOOLS, "tool-call call-3 list {}"],
    end: "tool_calls",
    usage: ANTHROPIC_USAGE,
  },
  "anthropic-server-tool.sse": {
    parts: [
      'tool-call call-1 web_search {"query":"q"}',
      'tool-result call-1 web_search {"content":[{"type":"web_search_result","url":"https://example.org/a","title":"A"}]}',
      "text Found it",
      "source A https://example.org/a",
    ],
    end: "stop",
    usage: ANTHROPIC_USAGE,
  },
  "anthropic-every-event.sse": {
    parts: [
      "reasoning Let me think 🙂",
      "reasoning ",
      'tool-call call-1 web_search {"query": "q"}',
      'tool-result call-1 web_search {"content":[{"type":"web_search_result","url":"https://example.org/a","title":"A","page_age":null}]}',
      'tool-call call-2 web_fetch {"url": "https://example.org/a"}',
      'tool-result call-2 web_fetch {"content":{"type":"web_fetch_result","url":"https://example.org/a","retrieved_at":null,"content":{"type":"document","title":"A","citations":null,"source":{"type":"text","media_type":"text/plain","data":"words"}}}}',
      'tool-call call-3 code_execution {"code": "1+1"}',
      'tool-result call-3 code_execution {"content":{"type":"code_execution_result","stdout":"2","stderr":"","return_code":0,"content":[]}}',
      'tool-call call-4 bash_code_execution {"command": "ls"}',
      'tool-result call-4 bash_code_execution {"content":{"type":"bash_code_execution_result","stdout":"a","stderr":"","return_code":0,"content":[]}}',
      'tool-call call-5 text_editor_code_execution {"command": "view", "path": "a"}',
      'tool-result call-5 text_editor_code_execution {"content":{"type":"text_editor_code_execution_tool_result_error","error_code":"unavailable","error_message":null}}',
      'tool-call call-6 tool_search_tool_regex {"pattern": "x"}',
      'tool-result call-6 tool_search_tool_regex {"content":{"type":"tool_search_tool_search_result","tool_references":[]}}',
      "text Grüße 👩‍🚀",
      "source A https://example.org/a",
      'tool-call call-7 read_file {"path":"é.txt"}',
      "tool-call call-8 list {}",
    ],
    end: "tool_calls",
    usage: ANTHROPIC_USAGE,
  },
  "anthropic-stop-sequence.sse": { parts: ["text Part"], end: "stop", usage: ANTHROPIC_USAGE },
  "anthropic-context-full.sse": { parts: ["text Part"], end: "length", usage: ANTHROPIC_USAGE },
  "anthropic-refusal.sse": { parts: ["text Part"], end: FILTERED, usage: ANTHROPIC_USAGE },
  "anthropic-max-tokens.sse": { parts: ["text Part"], end: "length", usage: ANTHROPIC_USAGE },
  "anthropic-error.sse": { parts: ["text Part"], end: OVERLOADED, usage: ANTHROPIC_START_USAGE },
  "anthropic-truncated.sse": { parts: ["text Part"], end: TRUNCATED, usage: ANTHROPIC_START_USAGE },
  "anthropic-unknown.sse": {
    parts: ["text Begun", 'tool-call call-1 f {"a":1}'],
    end: "other",
    usage: [9, 2, 28, 1, 5, 12],
  },
  "anthropic-thinking-only.sse": { parts: ["reasoning hm"], end: EMPTY, usage: ANTHROPIC_USAGE },
};

function describe(part: FoldedPart): string {
  const words = [part.type, part.tool_call_id, part.tool_name, part.text, part.url];
  return words.filter((word) => word !== undefined).join(" ");
}

for (const [name, expected] of Object.entries(EXPECTATIONS)) {
  test(`L13 ${name} becomes the parts, usage and end that it means`, async () => {
    const { events, fault } = await replay(name);
    const answer = fold(events);
    const usage = answer.usage;
    assert.deepEqual(answer.parts.map(describe), expected.parts);
    assert.deepEqual(
      usage && [
        usage.input_tokens,
        usage.output_tokens,
        usage.total_tokens,
        usage.reasoning_tokens,
        usage.cache_creation_tokens,
        usage.cache_read_tokens,
      ],
      expected.usage,
    );
    const end = fault === null ? answer.finish : { kind: fault.kind, retryable: fault.retryable };
    assert.deepEqual(end, expected.end);
    assert.equal(events.filter((event) => event.type === "finish").length, fault === null ? 1 : 0);
  });
}

test("L13 every fixture has an expectation", () => {
  const files = readdirSync(new URL("../__fixtures__/", import.meta.url)).filter((name) =>
    name.endsWith(".sse"),
  );
  assert.deepEqual(files.toSorted(), Object.keys(EXPECTATIONS).toSorted());
});

async function dataOf(name: string): Promise<readonly unknown[]> {
  return fold((await replay(name)).events).parts.map((part) => part.data);
}

test("L13 the provider's own call ids are kept beside the parts, also missing and repeated ones", async () => {
  const own = (call_id: string | null) => ({ provider: "openai", call_id });
  assert.deepEqual(await dataOf("chat-tools-odd-ids.sse"), [
    own("call_0"),
    own("call_0"),
    own(null),
    own(null),
  ]);
});

test("L7 what a provider needs back word for word is kept with its parts: signatures, sealed reasoning, its tools' blocks", async () => {
  assert.deepEqual(await dataOf("anthropic-thinking.sse"), [
    { provider: "anthropic", signature: "c2ln" },
    { provider: "anthropic", redacted_thinking: "aGlkZGVu" },
    null,
  ]);
  assert.deepEqual(await dataOf("responses-reasoning.sse"), [
    { provider: "openai", item_id: "rs_0", encrypted_content: "c2VhbGVk" },
    { provider: "openai", phase: "final_answer" },
  ]);
  const [call, result] = (await dataOf("anthropic-server-tool.sse")) as {
    block: { type: string; input?: object };
  }[];
  assert.deepEqual(call?.block.input, { query: "q" });
  assert.equal(result?.block.type, "web_search_tool_result");
});

test("L7 a call that the provider ran itself is marked, and its result follows it in the same message", async () => {
  for (const name of ["anthropic-server-tool.sse", "responses-server-tool.sse"]) {
    const [call, result] = fold((await replay(name)).events).parts;
    assert.equal(call?.provider_executed, true);
    assert.equal(result?.tool_call_id, call?.tool_call_id);
  }
});

test("K1 the context limit that a server tells is passed on", async () => {
  assert.equal(fold((await replay("chat-usage-odd.sse")).events).usage?.context_limit, 4096);
});

test("X4 a content filter's stop says why, where the provider does", async () => {
  const { fault } = await replay("anthropic-refusal.sse");
  assert.equal(fault?.detail, "This is not allowed.");
  assert.match(fault?.message ?? "", /content filter of Anthropic/);
});

test("L13 the response id and the model that answered are known at the start", async () => {
  for (const [name, id] of [
    ["chat-text.sse", "chatcmpl-1"],
    ["responses-text.sse", "resp_1"],
    ["anthropic-text.sse", "msg_1"],
  ] as const) {
    const { events } = await replay(name);
    assert.equal(events[0]?.type === "response" && events[0].response_id, id);
  }
});
