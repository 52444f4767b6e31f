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

/** Types that ask a client of OpenAI's own to do something. They are not calls of our tools. */
const FOR_OTHERS =
  /^(?:custom_tool_call|local_shell_call|shell_call|apply_patch_call|computer_call|mcp_approval_request)$/;

export function isForeignCall(type: string): boolean {
  return FOR_OTHERS.test(type);
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
