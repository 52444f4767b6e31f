// Anthropic Messages: blocks by index, each started and stopped, between message_start and message_stop.

import type { AnswerItem, Place } from "../answer-record.ts";
import type { JsonObject } from "../json.ts";
import type { AnswerEvent, AnswerUsage, FinishReason } from "../plan/answer-event.ts";
import { type Encoder, type EncoderOptions, newId } from "./encoder.ts";
import { anthropicError } from "./wire-error.ts";

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

/** `usage` is what is known before the answer; null when this server reports none. */
export function createAnthropicEncoder(options: EncoderOptions, usage: AnswerUsage | null): Encoder {
  const { call, record, id } = options;
  let pinged = false;
  const message = {
    id,
    type: "message",
    role: "assistant",
    model: call.model,
    content: [] as readonly JsonObject[],
    stop_reason: null as string | null,
    stop_sequence: null,
    stop_details: null as JsonObject | null,
  };
  const start = ({ index, item, closed }: Place) => {
    const ping = pinged ? "" : frame("ping", {});
    pinged = true;
    const block = { index, content_block: emptyBlock(item) };
    return `${closed === null ? "" : stop(closed)}${frame("content_block_start", block)}${ping}`;
  };
  const stop = (index: number) => {
    const signed = record.items[index]?.type === "reasoning";
    const delta = { type: "signature_delta", signature: signature() };
    return `${signed ? frame("content_block_delta", { index, delta }) : ""}${frame("content_block_stop", { index })}`;
  };

  return {
    begin: () =>
      frame("message_start", {
        message: {
          ...message,
          ...(usage === null ? {} : { usage: { ...usageOf(usage), output_tokens: 1 } }),
        },
      }),
    event(event, place) {
      const opening = place.opened ? start(place) : "";
      if (event.type === "call-end") return stop(place.index);
      const delta = deltaOf(event);
      if (delta === null) return opening;
      return `${opening}${frame("content_block_delta", { index: place.index, delta })}`;
    },
    finish(end) {
      const closing = record.open === null ? "" : stop(record.open);
      const delta = {
        stop_reason: STOP_REASONS[end.reason],
        stop_sequence: null,
        ...stopDetails(end.reason),
      };
      const total = end.usage === null ? {} : { usage: usageOf(end.usage) };
      return `${closing}${frame("message_delta", { delta, ...total })}${frame("message_stop", {})}`;
    },
    streamError: (error) => frame("error", anthropicError({ status: 529, message: "Overloaded", ...error })),
    body: (end) => ({
      ...message,
      content: record.items.map(wholeBlock),
      stop_reason: STOP_REASONS[end.reason],
      ...stopDetails(end.reason),
      ...(end.usage === null ? {} : { usage: usageOf(end.usage) }),
    }),
  };
}

function frame(type: string, data: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function deltaOf(event: AnswerEvent): JsonObject | null {
  switch (event.type) {
    case "text":
      return { type: "text_delta", text: event.text };
    case "reasoning":
      return { type: "thinking_delta", thinking: event.text };
    case "call-args":
      return { type: "input_json_delta", partial_json: event.text };
    case "call-start":
    case "call-end":
      return null;
  }
}

function emptyBlock(item: AnswerItem): JsonObject {
  if (item.type === "text") return { type: "text", text: "", citations: null };
  if (item.type === "reasoning") return { type: "thinking", thinking: "", signature: "" };
  return { type: "tool_use", id: item.id ?? "", name: item.name, input: {}, caller: { type: "direct" } };
}

function wholeBlock(item: AnswerItem): JsonObject {
  if (item.type === "text") return { ...emptyBlock(item), text: item.text };
  if (item.type === "reasoning") return { ...emptyBlock(item), thinking: item.text, signature: signature() };
  return { ...emptyBlock(item), input: parsedOrRaw(item.args) };
}

/** The real service never sends arguments that are not JSON; a script may. */
function parsedOrRaw(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return { _raw: args };
  }
}

function signature(): string {
  return Buffer.from(newId("signature")).toString("base64");
}

function stopDetails(reason: FinishReason): JsonObject {
  if (reason !== "content_filter") return { stop_details: null };
  const explanation = "The scripted model declined this request.";
  return { stop_details: { type: "refusal", category: null, explanation } };
}

function usageOf(usage: AnswerUsage): JsonObject {
  return {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens_details: { thinking_tokens: usage.reasoning },
    server_tool_use: null,
    service_tier: "standard",
  };
}
