// One part of a step as the client shows it, and the chunks that bring it to the wanted state. A part only grows: a client
// cannot be made to forget a single part.
import { assertNever } from "../../core/assert-never.ts";
import { type DraftPart, parseToolArgs } from "../../core/chat/draft-content.ts";
import type { JsonObject, JsonValue, Part } from "../../core/part/part.ts";
import { mergedCharsMax } from "../../core/part/stream-part.ts";
import type { UiChunk } from "./chunk.ts";

/** What a step should show, in order. */
export type WantedPart =
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | {
      readonly type: "tool-call";
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly args_text: string;
      /** Set when the arguments are complete. */
      readonly args?: JsonObject;
      readonly provider_executed?: boolean;
    }
  | ({ readonly type: "tool-result"; readonly provider_executed: true } & ToolEnd)
  | { readonly type: "source"; readonly url: string; readonly title: string };

export interface ToolEnd {
  readonly tool_call_id: string;
  readonly result: JsonValue;
  readonly is_error: boolean;
}

/** A part as the client shows it so far. */
export interface ShownPart {
  wanted: WantedPart;
  /** The client's name for a text or reasoning part. */
  readonly id: string;
  /** Text: whether more may come. Tool call: whether its arguments are incomplete. */
  open: boolean;
}

/** A part of committed content as a client shows it; null if it has no such part. */
export function wantedOf(part: Part | DraftPart): WantedPart | null {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text === "" ? null : { type: part.type, text: part.text };
    case "tool-call": {
      const { type, tool_call_id, tool_name, args, provider_executed } = part;
      const args_text = "args_text" in part ? part.args_text : "";
      return {
        type,
        tool_call_id,
        tool_name,
        args_text,
        ...(args !== undefined && { args }),
        ...(provider_executed === true && { provider_executed }),
      };
    }
    case "tool-result": {
      const { type, tool_call_id, result, is_error } = part;
      return { type, tool_call_id, result, is_error, provider_executed: true };
    }
    case "source":
      return { type: part.type, url: part.url, title: part.title };
    default:
      return null;
  }
}

/** Compares what is shown with what is wanted: it can grow to it, is ahead of it, or differs. */
export function compareParts(shown: WantedPart, wanted: WantedPart): "grows" | "ahead" | "differs" {
  if (shown.type === "text" || shown.type === "reasoning") {
    if (wanted.type !== shown.type) return "differs";
    if (wanted.text.startsWith(shown.text)) return "grows";
    return shown.text.startsWith(wanted.text) ? "ahead" : "differs";
  }
  if (shown.type === "source") {
    return wanted.type === "source" && wanted.url === shown.url ? "grows" : "differs";
  }
  return callOf(wanted) === callOf(shown) ? "grows" : "differs";
}

/** The id of a call or result; null for other parts. */
function callOf(part: WantedPart): string | null {
  return "tool_call_id" in part ? `${part.type} ${part.tool_call_id}` : null;
}

/** The chunks that begin a part, with everything that is wanted of it so far. */
export function beginPart(wanted: WantedPart, id: string): { shown: ShownPart; chunks: UiChunk[] } {
  switch (wanted.type) {
    case "text":
    case "reasoning": {
      const shown = { wanted: { ...wanted, text: "" }, id, open: true };
      return { shown, chunks: [{ type: `${wanted.type}-start`, id }, ...growPart(shown, wanted)] };
    }
    case "tool-call": {
      const shown: ShownPart = { wanted: { ...callHead(wanted), args_text: "" }, id, open: true };
      const start: UiChunk = { type: "tool-input-start", ...toolName(wanted) };
      return { shown, chunks: [start, ...growPart(shown, wanted)] };
    }
    case "tool-result":
      return { shown: { wanted, id, open: false }, chunks: [endTool(wanted, true)] };
    case "source": {
      const { url, title } = wanted;
      return {
        shown: { wanted, id, open: false },
        chunks: [{ type: "source-url", sourceId: id, url, title }],
      };
    }
    default:
      return assertNever(wanted);
  }
}

/** The chunks that make a shown part grow to what is wanted. It must be able to. */
export function growPart(shown: ShownPart, wanted: WantedPart): UiChunk[] {
  const before = shown.wanted;
  if ((wanted.type === "text" || wanted.type === "reasoning") && before.type === wanted.type) {
    shown.wanted = wanted;
    const { id } = shown;
    const rest = pieces(wanted.text.slice(before.text.length));
    return rest.map((delta): UiChunk => ({ type: `${wanted.type}-delta`, id, delta }));
  }
  if (wanted.type !== "tool-call" || before.type !== "tool-call" || !shown.open) return [];
  shown.wanted = wanted;
  if (wanted.args !== undefined) {
    shown.open = false;
    return [{ type: "tool-input-available", ...toolName(wanted), input: wanted.args }];
  }
  const { tool_call_id: toolCallId } = wanted;
  const rest = pieces(wanted.args_text.slice(before.args_text.length));
  return rest.map((inputTextDelta) => ({ type: "tool-input-delta", toolCallId, inputTextDelta }));
}

/** The chunks after which nothing more comes for a part. */
export function closePart(shown: ShownPart): UiChunk[] {
  if (!shown.open) return [];
  const { wanted, id } = shown;
  shown.open = false;
  if (wanted.type === "text" || wanted.type === "reasoning") return [{ type: `${wanted.type}-end`, id }];
  if (wanted.type !== "tool-call") return [];
  const input = parseToolArgs(wanted.args_text);
  return [{ type: "tool-input-available", ...toolName(wanted), input }];
}

/** The chunk that ends a tool call. A failure is told as text, since these clients take nothing else. */
export function endTool({ tool_call_id, result, is_error }: ToolEnd, byProvider: boolean): UiChunk {
  const end = { toolCallId: tool_call_id, ...(byProvider && { providerExecuted: true }) };
  if (!is_error) return { type: "tool-output-available", ...end, output: result };
  return { type: "tool-output-error", ...end, errorText: errorWords(result) };
}

/** An error and its hint, or the whole result if it has more, such as the output of a stopped command. */
function errorWords(result: JsonValue): string {
  if (typeof result === "string") return result;
  const { error, hint = "", ...more } = (result ?? {}) as JsonObject;
  const isPlain = typeof error === "string" && typeof hint === "string" && Object.keys(more).length === 0;
  return isPlain ? `${error} ${hint}`.trim() : JSON.stringify(result);
}

function callHead(call: Extract<WantedPart, { type: "tool-call" }>) {
  const { args: _args, ...head } = call;
  return head;
}

function toolName({
  tool_call_id,
  tool_name,
  provider_executed,
}: Extract<WantedPart, { type: "tool-call" }>) {
  return {
    toolCallId: tool_call_id,
    toolName: tool_name,
    ...(provider_executed === true && { providerExecuted: true }),
  };
}

/** Cuts text, since frames have a limited size. The next piece completes a character that was cut. */
function pieces(text: string): string[] {
  const count = Math.ceil(text.length / mergedCharsMax);
  return Array.from({ length: count }, (_, i) => text.slice(i * mergedCharsMax, (i + 1) * mergedCharsMax));
}
