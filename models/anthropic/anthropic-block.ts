// Converts pieces of Anthropic's stream to our terms. Pure.
import type { ContentBlockParam } from "@anthropic-ai/sdk/resources/messages";
import type { Usage } from "../../core/chat/message.ts";
import type { JsonObject, JsonValue } from "../../core/part/part.ts";
import { countOf, numberOf, objectOf, parseObject, textOf } from "../http/untrusted-json.ts";
import type { ModelDelta } from "../provider.ts";

/** A content block while it streams. */
export interface Block {
  readonly key: string;
  readonly type: string;
  readonly start: JsonObject;
  /** For calls: our id and the name. */
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** Text or thinking so far. */
  text: string;
  /** Arguments so far. */
  json: string;
  signature: string;
  readonly citations: JsonObject[];
}

/** The block as it would be in a message: this goes back to a provider that paused. */
export function messageBlock(block: Block): ContentBlockParam {
  const { start, text, signature, citations } = block;
  const cited = citations.length === 0 ? {} : { citations };
  const said =
    block.type === "text"
      ? { type: "text", text, ...cited }
      : block.type === "thinking"
        ? { type: "thinking", thinking: text, signature }
        : { ...start, ...(block.tool_call_id === "" ? {} : { input: inputOf(block) }) };
  // The cast is safe: the block came from this provider unchanged.
  return said as unknown as ContentBlockParam;
}

/** Compatible servers may send the whole input at the start. Anthropic always sends {} there. */
export function inputOf(block: Block): JsonObject {
  return parseObject(block.json) ?? objectOf(block.start["input"]) ?? {};
}

/** Citations that the API accepts back as it sent them; it does not accept those of documents. */
export function replayableCitations(block: Block): readonly JsonObject[] {
  return block.citations.filter((citation) => citation["type"] === "web_search_result_location");
}

/** The source that a citation names. Citations of documents have no address, so they name none. */
export function sourcesOf(citation: JsonObject | null): readonly ModelDelta[] {
  const url = textOf(citation?.["url"]);
  return url === "" ? [] : [{ type: "source", url, title: textOf(citation?.["title"]) }];
}

/** What people may read of a result: everything except the sealed copies that only the provider can open. */
export function withoutSealed(content: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(content)) return content;
  return content.map((each: JsonValue) => {
    const { encrypted_content: _sealed, ...rest } = objectOf(each) ?? {};
    return objectOf(each) === null ? each : rest;
  });
}

/** A piece of a call's arguments. The provider runs other types of use than `tool_use`. */
export function callDelta(block: Block, args: string): Extract<ModelDelta, { type: "tool-call" }> {
  return {
    type: "tool-call",
    tool_call_id: block.tool_call_id,
    tool_name: block.tool_name,
    args_delta: args,
    ...(block.type === "tool_use" ? {} : { provider_executed: true }),
  };
}

/**
 * The running totals after one more event. They only grow: if an event leaves a number out, sends null or, as some
 * gateways do, 0, the number keeps its last value.
 */
export function updateUsageTotals(before: JsonObject, usage: JsonObject): JsonObject {
  const known = Object.entries(usage).filter(([name, value]) => {
    if (value === null || value === undefined) return false;
    return numberOf(value) === null || countOf(value) >= countOf(before[name]);
  });
  return { ...before, ...Object.fromEntries(known) };
}

/** Usage from a message's running totals. Both sides count cached tokens in the same way: beside the input. */
export function usageOf(usage: JsonObject): Usage {
  const input = countOf(usage["input_tokens"]);
  const output = countOf(usage["output_tokens"]);
  const created = countOf(usage["cache_creation_input_tokens"]);
  const read = countOf(usage["cache_read_input_tokens"]);
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output + created + read,
    reasoning_tokens: countOf(objectOf(usage["output_tokens_details"])?.["thinking_tokens"]),
    cache_creation_tokens: created,
    cache_read_tokens: read,
    context_limit: null,
  };
}

/** What two responses of one answer cost together. */
export function usageSum(a: Usage | null, b: Usage): Usage {
  if (a === null) return b;
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    total_tokens: a.total_tokens + b.total_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
    cache_creation_tokens: a.cache_creation_tokens + b.cache_creation_tokens,
    cache_read_tokens: a.cache_read_tokens + b.cache_read_tokens,
    context_limit: b.context_limit,
  };
}
