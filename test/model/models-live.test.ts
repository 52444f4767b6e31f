// The adapters over real HTTP, against the demo model: what unit tests with a stubbed fetch cannot show.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { type DemoModel, startDemoModel } from "../../dev/demo-model/server.ts";
import {
  collect,
  countedIds,
  type FoldedAnswer,
  fold,
  type Outcome,
} from "../../models/__fixtures__/replay.ts";
import { createProvider } from "../../models/create-provider.ts";
import { createProviderFetch } from "../../models/http/provider-fetch.ts";
import type { ModelEvent, PromptMessage, Provider } from "../../models/provider.ts";

const TOOLS = [
  {
    name: "view_file",
    description: "Reads",
    parameters: { type: "object", properties: { path: { type: "string" } } },
  },
];

let model: DemoModel;
before(async () => {
  model = await startDemoModel();
});
after(() => model.stop());

const DIALECTS = ["openai-chat", "openai-responses", "anthropic"] as const;
type DialectName = (typeof DIALECTS)[number];

const connection = { apiKey: "demo-key", fetch: createProviderFetch() };

function provider(dialect: DialectName, silenceMs = 30_000): Provider {
  if (dialect === "anthropic") return anthropic(model.url, silenceMs);
  const api = dialect === "openai-chat" ? "chat_completions" : "responses";
  const baseUrl = `${model.url}/v1`;
  return createProvider({ ...connection, name: "openai", kind: "openai", api, baseUrl, silenceMs });
}

function anthropic(baseUrl: string, silenceMs = 30_000): Provider {
  return createProvider({
    ...connection,
    name: "anthropic",
    kind: "anthropic",
    api: null,
    baseUrl,
    silenceMs,
  });
}

let keys = 0;

/** Registers the steps under a key of their own and returns the user message that asks for them. */
function ask(...steps: ScriptStepWithAttempts[]): { key: string; message: PromptMessage } {
  const key = `live-${++keys}`;
  model.script(key, steps);
  const content = [{ type: "text" as const, text: `Hello\n\n#script key=${key}` }];
  return { key, message: { role: "user", content, provider: null } };
}

function stream(
  from: Provider,
  messages: readonly PromptMessage[],
  signal = new AbortController().signal,
): AsyncIterable<ModelEvent> {
  const request = { model: "demo", system: "Be brief.", messages, tools: TOOLS, config: {} };
  return from.stream(request, { signal, newToolCallId: countedIds() });
}

function answered({ events, fault }: Outcome): FoldedAnswer {
  assert.equal(fault, null);
  return fold(events);
}

for (const dialect of DIALECTS) {
  test(`B1 ${dialect}: text and usage stream over HTTP, whole characters in order`, async () => {
    const { message } = ask({
      text: "Grüße 👩‍🚀, in pieces.",
      chunk: 2,
      usage: { input_tokens: 11, output_tokens: 5 },
    });
    const answer = answered(await collect(stream(provider(dialect), [message])));
    assert.deepEqual(
      answer.parts.map((part) => [part.type, part.text]),
      [["text", "Grüße 👩‍🚀, in pieces."]],
    );
    assert.deepEqual(
      [answer.usage?.input_tokens, answer.usage?.output_tokens, answer.finish],
      [11, 5, "stop"],
    );
  });

  test(`B1 ${dialect}: reasoning streams before the text`, async () => {
    const { message } = ask({ reasoning: "Let me think.", text: "42" });
    const parts = answered(await collect(stream(provider(dialect), [message]))).parts;
    assert.deepEqual(
      parts.map((part) => [part.type, part.text]),
      [
        ["reasoning", "Let me think."],
        ["text", "42"],
      ],
    );
  });

  test(`L13 ${dialect}: parallel calls come whole, and their results are accepted in the next step`, async () => {
    const calls = ["a.ts", "ü.ts"].map((path) => ({ name: "view_file", args: { path }, pieces: 4 }));
    const { message } = ask({ text: "I look.", tool_calls: calls, interleaved: true }, { text: "Seen." });
    const from = provider(dialect);
    const step = answered(await collect(stream(from, [message])));
    assert.equal(step.finish, "tool_calls");
    const found = step.parts.filter((part) => part.type === "tool-call");
    assert.deepEqual(
      found.map((part) => JSON.parse(part.text)),
      [{ path: "a.ts" }, { path: "ü.ts" }],
    );
    const next = answered(await collect(stream(from, [message, ...stored(step, from.name)])));
    assert.deepEqual([next.parts[0]?.text, next.finish], ["Seen.", "stop"]);
  });

  test(`I2 ${dialect}: abort closes the provider's side of the socket`, async () => {
    const { key, message } = ask({ text: "x".repeat(500), chunk: 1, stall_after: 3 });
    const abort = new AbortController();
    const reason = new Error("interrupted");
    const outcome = collect(stream(provider(dialect), [message], abort.signal));
    await model.waitFor({ key, event: "chunks", count: 3 });
    abort.abort(reason);
    await assert.rejects(outcome, (error) => error === reason);
    const [entry] = await model.waitFor({ key, event: "client_closed" });
    assert.equal(entry?.status, "client_closed");
  });

  test(`X3 ${dialect}: silence closes the socket too`, async () => {
    const { key, message } = ask({ text: "never complete", chunk: 1, stall_after: 2 });
    const { fault } = await collect(stream(provider(dialect, 300), [message]));
    assert.deepEqual([fault?.kind, fault?.retryable], ["stream_silence", true]);
    await model.waitFor({ key, event: "client_closed" });
  });

  test(`X3 ${dialect}: a socket cut in mid-answer, and an answer without its terminal event, are truncated`, async () => {
    const half = { text: "half an answer", chunk: 2 };
    const from = provider(dialect);
    const cut = await collect(stream(from, [ask({ ...half, cut_after: 3 }).message]));
    assert.deepEqual([cut.fault?.kind, cut.fault?.retryable], ["network", true]);
    const ended = await collect(stream(from, [ask({ ...half, end_without_terminal_after: 3 }).message]));
    assert.deepEqual([ended.fault?.kind, ended.fault?.retryable], ["network", true]);
    assert.equal(fold(ended.events).parts[0]?.text, "half a");
  });

  test(`X3 ${dialect}: HTTP errors are told by status, code and Retry-After`, async () => {
    const { message } = ask({ http_error: { status: 429, message: "slow down", retry_after: 3 } });
    const { fault } = await collect(stream(provider(dialect), [message]));
    assert.deepEqual([fault?.kind, fault?.status_code, fault?.retry_after_ms], ["rate_limit", 429, 3_000]);
    const page = await collect(
      stream(provider(dialect), [ask({ http_error: { status: 502, html: true } }).message]),
    );
    assert.deepEqual(
      [page.fault?.kind, page.fault?.retryable, page.fault?.status_code],
      ["overloaded", true, 502],
    );
  });

  test(`X3 ${dialect}: an error inside the stream, a content filter's stop and an empty answer`, async () => {
    const kinds: (string | undefined)[] = [];
    for (const step of [
      {
        text: "half",
        stream_error: { message: "Overloaded", type: "overloaded_error" },
        stream_error_after: 1,
      },
      { text: "half", content_filter: true },
      { empty: true },
    ]) {
      kinds.push((await collect(stream(provider(dialect), [ask(step).message]))).fault?.kind);
    }
    assert.deepEqual(kinds, ["overloaded", "content_filter", "no_output"]);
  });
}

test("X3 nothing listening is a refused connection, retryable", async () => {
  const gone = await startDemoModel();
  await gone.stop();
  const { fault } = await collect(stream(anthropic(gone.url), [ask({ text: "x" }).message]));
  assert.deepEqual([fault?.kind, fault?.retryable], ["network", true]);
});

/** The step as the store would hold it: the assistant's message, and one tool message with all results. */
function stored(step: FoldedAnswer, provider: string): readonly PromptMessage[] {
  const created_at = "2026-11-20T10:00:00Z";
  const calls = step.parts.flatMap((part) =>
    part.type === "tool-call"
      ? [
          {
            type: "tool-call" as const,
            tool_call_id: part.tool_call_id ?? "",
            tool_name: part.tool_name ?? "",
            args: JSON.parse(part.text),
            created_at,
            ...(part.data === null ? {} : { provider_data: part.data }),
          },
        ]
      : [],
  );
  const results = calls.map(({ tool_call_id, tool_name }) => ({
    type: "tool-result" as const,
    tool_call_id,
    tool_name,
    result: { content: "text" },
    is_error: false,
    created_at,
  }));
  return [
    { role: "assistant", content: [{ type: "text", text: "I look." }, ...calls], provider },
    { role: "tool", content: results, provider: null },
  ];
}
