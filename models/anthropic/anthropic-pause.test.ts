// Tests that a paused answer continues: Anthropic pauses when its own tools have run for long, and continues when it
// gets back what it said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, countedIds, fold, providerOf, SHORT_REQUEST } from "../__fixtures__/replay.ts";
import type { Fetch } from "../http/provider-options.ts";

interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

const start = (id: string, input_tokens: number, more: object = {}): Event => ({
  type: "message_start",
  message: { id, model: "claude-demo", usage: { input_tokens, output_tokens: 1 }, ...more },
});
const block = (index: number, content_block: object, ...deltas: object[]): readonly Event[] => [
  { type: "content_block_start", index, content_block },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index },
];
const text = (said: string) =>
  [
    { type: "text", text: "" },
    { type: "text_delta", text: said },
  ] as const;
const end = (stop_reason: string): readonly Event[] => [
  { type: "message_delta", delta: { stop_reason }, usage: { output_tokens: 4 } },
  { type: "message_stop" },
];

function stream(...events: readonly Event[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** Answers each call with the next of the streams, repeats the last one, and records what was asked. */
function answerWith(...streams: readonly string[]): {
  fetch: Fetch;
  asked: { messages: unknown[]; container?: unknown }[];
} {
  const asked: { messages: unknown[] }[] = [];
  const fetch: Fetch = async (_input, init) => {
    asked.push(JSON.parse(typeof init?.body === "string" ? init.body : ""));
    const body = streams[Math.min(asked.length, streams.length) - 1];
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch, asked };
}

async function read(fetch: Fetch) {
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  const { events, fault } = await collect(providerOf("anthropic", fetch).stream(SHORT_REQUEST, options));
  return { ...fold(events), fault, named: events.filter((event) => event.type === "response").length };
}

const SEARCH = { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} };
const PAUSED = stream(
  start("msg_1", 10, { container: { id: "cont_1", expires_at: "x" } }),
  ...block(
    0,
    { type: "thinking", thinking: "" },
    { type: "thinking_delta", thinking: "hm" },
    { type: "signature_delta", signature: "c2ln" },
  ),
  ...block(1, ...text("I search.")),
  ...block(2, SEARCH, { type: "input_json_delta", partial_json: '{"query":"q"}' }),
  ...end("pause_turn"),
);
const RESUMED = stream(
  start("msg_2", 20),
  ...block(0, { type: "web_search_tool_result", tool_use_id: "srv_1", content: [] }),
  ...block(1, ...text("Found.")),
  ...end("end_turn"),
);

test("L7 a paused answer goes on as one answer: parts, results and usage of both responses, one name", async () => {
  const { fetch } = answerWith(PAUSED, RESUMED);
  const answer = await read(fetch);
  assert.equal(answer.fault, null);
  assert.deepEqual(
    answer.parts.map((part) => [part.type, part.text]),
    [
      ["reasoning", "hm"],
      ["text", "I search."],
      ["tool-call", '{"query":"q"}'],
      ["tool-result", '{"content":[]}'],
      ["text", "Found."],
    ],
  );
  assert.equal(answer.parts[3]?.tool_call_id, answer.parts[2]?.tool_call_id);
  assert.deepEqual([answer.usage?.input_tokens, answer.usage?.output_tokens], [30, 8]);
  assert.deepEqual([answer.finish, answer.named, answer.response?.id], ["stop", 1, "msg_1"]);
});

test("L7 the provider is given back what it said word for word, and where its files are", async () => {
  const { fetch, asked } = answerWith(PAUSED, RESUMED);
  await read(fetch);
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1]?.messages.at(-1), {
    role: "assistant",
    content: [
      { type: "thinking", thinking: "hm", signature: "c2ln" },
      { type: "text", text: "I search." },
      { ...SEARCH, input: { query: "q" } },
    ],
  });
  assert.deepEqual(asked[1]?.messages.slice(0, -1), asked[0]?.messages);
  assert.equal(asked[1]?.container, "cont_1");
});

test("L7 a provider that pauses for ever is cut off", async () => {
  const { fetch, asked } = answerWith(PAUSED);
  const answer = await read(fetch);
  assert.deepEqual([answer.fault, answer.finish, asked.length], [null, "length", 17]);
});

test("X3 a failure after a pause is a failure of the answer", async () => {
  const overloaded = stream({
    type: "error",
    error: { type: "overloaded_error", message: "Overloaded" },
  });
  assert.equal((await read(answerWith(PAUSED, overloaded).fetch)).fault?.kind, "overloaded");
  assert.equal((await read(answerWith(PAUSED, stream(start("msg_2", 20))).fetch)).fault?.kind, "network");
});
