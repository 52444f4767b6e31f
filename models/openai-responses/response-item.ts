// Converts one output item of a streamed response, and its pieces, to our terms.
import type { JsonObject } from "../../core/part/part.ts";
import { textOf, writtenOf } from "../http/untrusted-json.ts";
import type { ModelDelta } from "../provider.ts";

/** An item while it streams. */
export interface ResponseItem {
  readonly key: string;
  readonly type: string;
  readonly source: JsonObject;
  readonly tool_call_id: string;
  /** Which of the two texts of a reasoning item is shown: `summary` or `reasoning`. A server may send both. */
  reasoningKind: "summary" | "reasoning" | null;
  reasoningPlace: unknown;
  done: boolean;
}

/** A piece of a reasoning item: of its summary, or of the reasoning itself. */
export interface ReasoningPiece {
  readonly kind: "summary" | "reasoning";
  readonly index: unknown;
  readonly text: string;
}

/** The piece that a delta of its kind brings. */
export function reasoningPiece(kind: ReasoningPiece["kind"], event: JsonObject): ReasoningPiece {
  const index = event[kind === "summary" ? "summary_index" : "content_index"];
  return { kind, index, text: writtenOf(event["delta"]) };
}

/**
 * Who carries out the items that are calls. `others`: a client of OpenAI's own; they are not calls of our tools.
 * https://platform.openai.com/docs/api-reference/responses/object, 2026-11-28.
 */
const CARRIED_OUT_BY: ReadonlyMap<string, "us" | "provider" | "others"> = new Map([
  ["function_call", "us"],
  ["web_search_call", "provider"],
  ["file_search_call", "provider"],
  ["code_interpreter_call", "provider"],
  ["image_generation_call", "provider"],
  ["mcp_call", "provider"],
  ["custom_tool_call", "others"],
  ["local_shell_call", "others"],
  ["shell_call", "others"],
  ["apply_patch_call", "others"],
  ["computer_call", "others"],
  ["mcp_approval_request", "others"],
]);

/** Null for an item that is not a call. */
export function carriedOutBy(type: string): "us" | "provider" | "others" | null {
  return CARRIED_OUT_BY.get(type) ?? null;
}

/** A piece of a call's arguments. */
export function callDelta(item: ResponseItem, args: string): Extract<ModelDelta, { type: "tool-call" }> {
  return {
    type: "tool-call",
    tool_call_id: item.tool_call_id,
    tool_name: textOf(item.source["name"]),
    args_delta: args,
  };
}
