// Tests that we read a stream as the official SDKs' own accumulators do, wherever they accept it.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import {
  type FoldedAnswer,
  type FoldedPart,
  fetchChunks,
  fixtureBytes,
  fixtureDialect,
  fold,
  replay,
} from "../__fixtures__/replay.ts";
import { parseObject } from "../http/untrusted-json.ts";

/** An answer in the terms that both sides know. */
interface Read {
  readonly id: string | null;
  readonly model: string | null;
  readonly text: string;
  readonly reasoning: string;
  /** Calls of our tools. */
  readonly calls: readonly object[];
  /** Calls of the provider's own tools. */
  readonly server_calls: readonly object[];
  readonly sources: readonly string[];
  readonly sealed: readonly string[];
  /** Input with what was cached, and output. */
  readonly usage: readonly [number, number] | null;
  readonly finish: string;
}

/** Streams that end well for us and that an SDK does not accept or reads in another way, each with what it does. */
const APART: Readonly<Record<string, string>> = {
  "chat-tools-odd-ids.sse": "joins calls that share an index",
  "chat-reasoning.sse": "keeps reasoning that came in two fields apart",
  "chat-split-emoji.sse": "insists on choices in each chunk",
  "chat-usage-odd.sse": "looks for usage at the chunk alone, and insists on fields that are missing here",
  "chat-sources.sse": "joins the fields of its annotations as text",
  "responses-unknown.sse": "refuses an event that it does not know",
  "responses-unstreamed.sse": "insists that output items were streamed",
};

const FIXTURES = readdirSync(new URL("../__fixtures__/", import.meta.url)).filter((name) =>
  name.endsWith(".sse"),
);

function ours(answer: FoldedAnswer): Read {
  const { parts, usage } = answer;
  const join = (type: string) => parts.flatMap((part) => (part.type === type ? [part.text] : [])).join("");
  const calls = parts.filter((part) => part.type === "tool-call");
  const sealed = parts.map(
    (part) =>
      part.data?.["signature"] ?? part.data?.["redacted_thinking"] ?? part.data?.["encrypted_content"],
  );
  return {
    id: answer.response?.id ?? null,
    model: answer.response?.model ?? null,
    text: join("text"),
    reasoning: join("reasoning"),
    calls: calls
      .filter((part) => part.provider_executed !== true)
      .map((part) => ourCall(part, part.data?.["call_id"])),
    server_calls: calls
      .filter((part) => part.provider_executed === true)
      .map((part) => ourCall(part, undefined)),
    sources: parts.flatMap((part) => (part.type === "source" ? [part.url ?? ""] : [])),
    sealed: sealed.filter((each) => typeof each === "string"),
    usage: usage && [
      usage.input_tokens + usage.cache_read_tokens + usage.cache_creation_tokens,
      usage.output_tokens,
    ],
    finish: answer.finish ?? "",
  };
}

function ourCall(part: FoldedPart, id: unknown): object {
  return { ...(id === undefined ? {} : { id }), name: part.tool_name, args: parseObject(part.text || "{}") };
}

const openai = (name: string) =>
  new OpenAI({ apiKey: "sk-test", maxRetries: 0, fetch: fetchChunks([fixtureBytes(name)]) });

async function chatRead(name: string): Promise<Read> {
  const request = { model: "demo", messages: [{ role: "user" as const, content: "x" }] };
  const completion = await openai(name).chat.completions.stream(request).finalChatCompletion();
  const choice = completion.choices[0];
  const message = choice?.message;
  const calls = (message?.tool_calls ?? []).flatMap((call) =>
    call.type === "function"
      ? [{ id: call.id, name: call.function.name, args: parseObject(call.function.arguments) }]
      : [],
  );
  // The SDK's own type: it joins whatever fields a server invents.
  const more = { ...message } as { reasoning_content?: string; reasoning?: string };
  const older = message?.function_call;
  return {
    id: completion.id,
    model: completion.model,
    text: (message?.content ?? "") + (message?.refusal ?? ""),
    reasoning: more.reasoning_content ?? more.reasoning ?? "",
    calls: older ? [{ id: null, name: older.name, args: parseObject(older.arguments) }] : calls,
    server_calls: [],
    sources: [],
    sealed: [],
    usage: completion.usage ? [completion.usage.prompt_tokens, completion.usage.completion_tokens] : null,
    finish: older ? "tool_calls" : message?.refusal ? "content_filter" : (choice?.finish_reason ?? ""),
  };
}

async function responsesRead(name: string): Promise<Read> {
  const response = await openai(name).responses.stream({ model: "demo", input: "x" }).finalResponse();
  const { output } = response;
  const contents = output.flatMap((item) => (item.type === "message" ? item.content : []));
  const reasoning = output.flatMap((item) => (item.type === "reasoning" ? [item] : []));
  const calls = output.flatMap((item) =>
    item.type === "function_call"
      ? [{ id: item.call_id, name: item.name, args: parseObject(item.arguments) }]
      : [],
  );
  const refused = contents.some((content) => content.type === "refusal");
  return {
    id: response.id,
    model: response.model,
    text: contents
      .map((content) => (content.type === "output_text" ? content.text : content.refusal))
      .join(""),
    reasoning: reasoning
      .map((item) => [...item.summary, ...(item.content ?? [])].map((each) => each.text).join("\n\n"))
      .join(""),
    calls,
    server_calls: output.flatMap(serverCall),
    sources: contents.flatMap((content) =>
      content.type === "output_text"
        ? content.annotations.flatMap((each) => (each.type === "url_citation" ? [each.url] : []))
        : [],
    ),
    sealed: reasoning.flatMap((item) => item.encrypted_content ?? []),
    usage: response.usage ? [response.usage.input_tokens, response.usage.output_tokens] : null,
    finish:
      response.status === "incomplete"
        ? "length"
        : calls.length > 0
          ? "tool_calls"
          : refused
            ? "content_filter"
            : "stop",
  };
}

function serverCall(item: OpenAI.Responses.ResponseOutputItem): object[] {
  switch (item.type) {
    case "web_search_call":
      return [{ name: "web_search", args: item.action }];
    case "file_search_call":
      return [{ name: "file_search", args: { queries: item.queries } }];
    case "code_interpreter_call":
      return [{ name: "code_interpreter", args: { code: item.code } }];
    case "image_generation_call":
      return [{ name: "image_generation", args: {} }];
    case "mcp_call":
      return [{ name: item.name, args: parseObject(item.arguments) }];
    default:
      return [];
  }
}

const FINISH: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
};

async function anthropicRead(name: string): Promise<Read> {
  const client = new Anthropic({
    apiKey: "sk-test",
    maxRetries: 0,
    fetch: fetchChunks([fixtureBytes(name)]),
  });
  const request = { model: "demo", max_tokens: 10, messages: [{ role: "user" as const, content: "x" }] };
  const { id, model, content, usage, stop_reason } = await client.messages.stream(request).finalMessage();
  return {
    id,
    model,
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    reasoning: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    calls: content.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    server_calls: content.flatMap((block) =>
      block.type === "server_tool_use" ? [{ name: block.name, args: block.input }] : [],
    ),
    sources: content.flatMap((block) =>
      block.type === "text"
        ? (block.citations ?? []).flatMap((each) =>
            each.type === "web_search_result_location" ? [each.url] : [],
          )
        : [],
    ),
    sealed: content.flatMap((block) =>
      block.type === "thinking"
        ? [block.signature].filter(Boolean)
        : block.type === "redacted_thinking"
          ? [block.data]
          : [],
    ),
    usage: [
      usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
      usage.output_tokens,
    ],
    finish: FINISH[stop_reason ?? ""] ?? "other",
  };
}

const READ_BY_SDK = { "openai-chat": chatRead, "openai-responses": responsesRead, anthropic: anthropicRead };

for (const name of FIXTURES) {
  const { events, fault } = await replay(name);
  if (fault !== null) continue;
  const read = READ_BY_SDK[fixtureDialect(name)];
  const apart = APART[name];
  test(`B1 the official SDK's own accumulator reads ${name} ${apart === undefined ? "as we do" : `otherwise: ${apart}`}`, async () => {
    const mine = ours(fold(events));
    if (apart === undefined) assert.deepEqual(mine, await read(name));
    else await assert.rejects(async () => assert.deepEqual(mine, await read(name)));
  });
}
