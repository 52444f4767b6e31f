// OpenAI Responses: items by output index, each added, filled and done; the terminal event repeats the whole response.

import { type JsonObject, listOf } from "../json.ts";
import type { AnswerEnd, AnswerEvent, AnswerUsage } from "../plan/answer-event.ts";
import { type Encoder, type EncoderOptions, nowSeconds } from "./encoder.ts";
import { ResponseItems } from "./response-items.ts";
import { defaultCode } from "./wire-error.ts";

export function createResponsesEncoder({ call, record, id }: EncoderOptions): Encoder {
  let sequence = 0;
  const frame = (type: string, data: JsonObject) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data, sequence_number: sequence++ })}\n\n`;
  const encrypts = listOf(call.body["include"]).includes("reasoning.encrypted_content");
  const items = new ResponseItems(record, frame, encrypts);
  const created = nowSeconds();
  const response = (status: string, fields: JsonObject) => ({
    ...responseHead(call.body),
    id,
    object: "response",
    created_at: created,
    model: call.model,
    status,
    ...fields,
  });
  const ended = (end: AnswerEnd) => {
    const { status, incomplete_details } = endStatus(end);
    const usage = end.usage === null ? null : usageOf(end.usage);
    return response(status, {
      ...(status === "completed" ? { completed_at: nowSeconds() } : {}),
      incomplete_details,
      output: items.all(status),
      usage,
    });
  };

  return {
    begin: () => {
      const begun = { response: response("in_progress", {}) };
      return frame("response.created", begun) + frame("response.in_progress", begun);
    },
    event(event, place) {
      const closing = place.closed === null ? "" : items.done(place.closed);
      const opening = place.opened ? items.added(place.index) : "";
      if (event.type === "call-end") return items.done(place.index);
      return `${closing}${opening}${deltaFrame(event, items, place.index)}`;
    },
    finish(end) {
      const { status } = endStatus(end);
      const closing = record.open === null ? "" : items.done(record.open, status);
      return `${closing}${frame(`response.${status}`, { response: ended(end) })}`;
    },
    streamError(error) {
      const message = error.message ?? "The server had an error while processing your request.";
      const code = error.code ?? error.type ?? defaultCode(500) ?? "server_error";
      if (!error.response_failed) return frame("error", { code, message, param: null });
      const output = items.all("incomplete");
      return frame("response.failed", { response: response("failed", { error: { code, message }, output }) });
    },
    body: ended,
  };
}

function deltaFrame(event: AnswerEvent, items: ResponseItems, index: number): string {
  return event.type === "call-start" || event.type === "call-end" ? "" : items.delta(index, event.text);
}

function endStatus(end: AnswerEnd): {
  status: "completed" | "incomplete";
  incomplete_details: JsonObject | null;
} {
  if (end.reason === "length")
    return { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  if (end.reason === "content_filter")
    return { status: "incomplete", incomplete_details: { reason: "content_filter" } };
  return { status: "completed", incomplete_details: null };
}

/** The fields of a response that repeat the request, or say nothing here. */
function responseHead(body: JsonObject): JsonObject {
  return {
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    metadata: body["metadata"] ?? {},
    output: [],
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: body["previous_response_id"] ?? null,
    reasoning: body["reasoning"] ?? { effort: null, summary: null },
    store: body["store"] ?? true,
    temperature: body["temperature"] ?? 1,
    text: body["text"] ?? { format: { type: "text" } },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_p: body["top_p"] ?? 1,
    truncation: body["truncation"] ?? "disabled",
    usage: null,
  };
}

function usageOf(usage: AnswerUsage): JsonObject {
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  };
}
