// Serves fixtures in pieces, without a server. Fixtures are streams in the form of the real APIs, made by hand.
import { readFileSync } from "node:fs";
import type { FinishReason, Usage } from "../../core/chat/message.ts";
import type { ProviderData } from "../../core/part/part.ts";
import { createAnthropic } from "../anthropic/anthropic.ts";
import { createOpenAiChat } from "../openai-chat/openai-chat.ts";
import { createOpenAiResponses } from "../openai-responses/openai-responses.ts";
import { type Dialect, ModelError, type ModelEvent, type ModelFault, type Provider } from "../provider.ts";
import type { Fetch, ProviderOptions } from "../http/provider-options.ts";

/** The bytes of a fixture. */
export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(new URL(name, import.meta.url));
}

/** The dialect of a fixture, by its name. */
export function fixtureDialect(name: string): Dialect {
  if (name.startsWith("chat-")) return "openai-chat";
  return name.startsWith("responses-") ? "openai-responses" : "anthropic";
}

/** A body that delivers the chunks one by one. */
export function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** A `fetch` that always answers 200 with these chunks as an event stream. */
export function fetchChunks(chunks: readonly Uint8Array[]): Fetch {
  return async () => new Response(bodyOf(chunks), { headers: { "content-type": "text/event-stream" } });
}

/** A provider of the dialect, with a key, over the given `fetch`. */
export function providerOf(dialect: Dialect, fetch: Fetch, more: Partial<ProviderOptions> = {}): Provider {
  const options = { name: dialect === "anthropic" ? "anthropic" : "openai", apiKey: "sk-test-key", fetch, ...more };
  if (dialect === "anthropic") return createAnthropic(options);
  return dialect === "openai-chat" ? createOpenAiChat(options) : createOpenAiResponses(options);
}

export const SHORT_REQUEST = {
  model: "demo",
  system: "",
  messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "Hello" }], provider: null }],
  tools: [],
  config: {},
};

export interface Outcome {
  readonly events: readonly ModelEvent[];
  readonly fault: ModelFault | null;
}

/** Counts ids up from `call-1`, as a chat would. */
export function countedIds(): () => string {
  let count = 0;
  return () => `call-${++count}`;
}

/** Everything that a stream produced, and the fault that it ended in. */
export async function collect(stream: AsyncIterable<ModelEvent>): Promise<Outcome> {
  const events: ModelEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events, fault: null };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { events, fault: error.fault };
  }
}

/** Streams a fixture through its whole adapter, in the given chunks. */
export function replay(name: string, chunks: readonly Uint8Array[] = [fixtureBytes(name)]): Promise<Outcome> {
  const provider = providerOf(fixtureDialect(name), fetchChunks(chunks));
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  return collect(provider.stream(SHORT_REQUEST, options));
}

/** A part as a reader of the events builds it: deltas appended, provider data merged. */
export interface FoldedPart {
  readonly type: string;
  text: string;
  readonly tool_call_id?: string;
  readonly tool_name?: string;
  readonly provider_executed?: boolean;
  readonly url?: string;
  data: ProviderData | null;
}

export interface FoldedAnswer {
  readonly parts: readonly FoldedPart[];
  readonly usage: Usage | null;
  readonly finish: FinishReason | null;
  readonly response: { readonly id: string | null; readonly model: string | null } | null;
}

/** The answer that the events make. Fails on gaps, and on deltas that change the type of their part. */
export function fold(events: readonly ModelEvent[]): FoldedAnswer {
  const parts: FoldedPart[] = [];
  let answer: Omit<FoldedAnswer, "parts"> = { usage: null, finish: null, response: null };
  for (const event of events) {
    if (event.type === "usage") answer = { ...answer, usage: event.usage };
    if (event.type === "finish") answer = { ...answer, finish: event.finish_reason };
    if (event.type === "response") answer = { ...answer, response: { id: event.response_id, model: event.model } };
    if (event.type !== "part") continue;
    if (event.index > parts.length) throw new Error(`part ${event.index} begins before part ${parts.length}`);
    parts[event.index] = foldDelta(parts[event.index], event.delta);
  }
  return { parts, ...answer };
}

type Delta = Extract<ModelEvent, { type: "part" }>["delta"];

function foldDelta(part: FoldedPart | undefined, delta: Delta): FoldedPart {
  if (part !== undefined && part.type !== delta.type) throw new Error(`${part.type} goes on as ${delta.type}`);
  const { type } = delta;
  const data = "provider_data" in delta ? (delta.provider_data ?? null) : null;
  const merged = data === null ? (part?.data ?? null) : { ...part?.data, ...data };
  if (type === "source") return { type, text: delta.title, url: delta.url, data: merged };
  if (type === "text" || type === "reasoning") return { type, text: (part?.text ?? "") + delta.text, data: merged };
  const { tool_call_id, tool_name } = delta;
  if (type === "tool-result") {
    return { type, text: JSON.stringify(delta.result), tool_call_id, tool_name, data: merged };
  }
  const run = delta.provider_executed === true ? { provider_executed: true } : {};
  return { type, text: (part?.text ?? "") + delta.args_delta, tool_call_id, tool_name, ...run, data: merged };
}
