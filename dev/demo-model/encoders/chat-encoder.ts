// OpenAI Chat Completions: chunks of one choice, then its finish reason, then usage when asked for, then [DONE].

import { type JsonObject, objectOf } from "../json.ts";
import type { AnswerEvent, AnswerUsage } from "../plan/answer-event.ts";
import { type Encoder, type EncoderOptions, nowSeconds } from "./encoder.ts";
import { openAiError } from "./wire-error.ts";

export function createChatEncoder({ call, record, id }: EncoderOptions): Encoder {
  const head = { id, object: "chat.completion.chunk", created: nowSeconds(), model: call.model };
  const wantsUsage = objectOf(call.body["stream_options"])["include_usage"] === true;
  // What stays the same in every chunk is put together once: parts may come by the thousand per second.
  const before = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[{"index":0,"delta":`;
  const after = `}]${wantsUsage ? ',"usage":null' : ""}}\n\n`;
  const chunk = (delta: JsonObject, finish: string | null = null) =>
    `${before}${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}${after}`;

  return {
    begin: () => chunk({ role: "assistant", content: "", refusal: null }),
    event: (event) => {
      const delta = deltaOf(event);
      return delta === null ? "" : chunk(delta);
    },
    finish(end) {
      const usage = end.usage === null || !wantsUsage ? null : usageOf(end.usage);
      const last = usage === null ? "" : `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`;
      return `${chunk({}, end.reason)}${last}data: [DONE]\n\n`;
    },
    streamError: (error) => `data: ${JSON.stringify(openAiError({ status: 500, ...error }))}\n\n`,
    body(end) {
      const message = messageOf(record.items);
      return {
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, logprobs: null, finish_reason: end.reason }],
        ...(end.usage === null ? {} : { usage: usageOf(end.usage) }),
      };
    },
  };
}

function deltaOf(event: AnswerEvent): JsonObject | null {
  switch (event.type) {
    case "text":
      return { content: event.text };
    case "reasoning":
      return { reasoning_content: event.text };
    case "call-start": {
      const start = { type: "function", function: { name: event.name, arguments: "" } };
      return {
        tool_calls: [{ index: event.call, ...(event.id === null ? {} : { id: event.id }), ...start }],
      };
    }
    case "call-args":
      return { tool_calls: [{ index: event.call, function: { arguments: event.text } }] };
    case "call-end":
      return null;
  }
}

function messageOf(items: EncoderOptions["record"]["items"]): JsonObject {
  const textOfType = (type: "text" | "reasoning") =>
    items.map((item) => (item.type === type ? item.text : "")).join("");
  const calls = items.flatMap((item) =>
    item.type === "call"
      ? [{ id: item.id ?? undefined, type: "function", function: { name: item.name, arguments: item.args } }]
      : [],
  );
  const reasoning = textOfType("reasoning");
  return {
    role: "assistant",
    content: textOfType("text") || null,
    refusal: null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function usageOf(usage: AnswerUsage): JsonObject {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}
