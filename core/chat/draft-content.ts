// Turns deltas into content while an answer is written. Worker, hub and reader all use this function, so what a reader
// shows cannot differ from what is stored.
import { assertNever } from "../assert-never.ts";
import type { JsonObject, Part, ProviderData, ToolResultPart } from "../part/part.ts";
import type { PartDelta } from "../part/stream-part.ts";

/** A tool call whose arguments are still text. */
interface DraftToolCall {
  readonly type: "tool-call";
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly args_text: string;
  readonly args?: JsonObject;
  readonly provider_executed?: boolean;
  readonly mcp_server_id?: string;
}

export type DraftPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | DraftToolCall
  | { readonly type: "tool-output"; readonly tool_call_id: string; readonly text: string }
  | Omit<ToolResultPart, "created_at" | "provider_data">
  | { readonly type: "source"; readonly url: string; readonly title: string }
  | { readonly type: "file"; readonly file_id: string; readonly media_type: string; readonly name: string };

/** The content so far, by place. A place may be missing until its first delta arrives. */
export type DraftContent = ReadonlyMap<number, DraftPart>;

function appended(before: DraftPart | undefined, delta: PartDelta): DraftPart {
  switch (delta.type) {
    case "text":
      return { type: "text", text: (before?.type === "text" ? before.text : "") + delta.text };
    case "reasoning":
      return { type: "reasoning", text: (before?.type === "reasoning" ? before.text : "") + delta.text };
    case "tool-call": {
      const call = before?.type === "tool-call" ? before : undefined;
      const mcp_server_id = delta.mcp_server_id ?? call?.mcp_server_id;
      const provider_executed = delta.provider_executed ?? call?.provider_executed;
      return {
        type: "tool-call",
        tool_call_id: delta.tool_call_id,
        tool_name: delta.tool_name,
        args_text: (call?.args_text ?? "") + (delta.args_delta ?? ""),
        ...(delta.args !== undefined && { args: delta.args }),
        ...(provider_executed !== undefined && { provider_executed }),
        ...(mcp_server_id !== undefined && { mcp_server_id }),
      };
    }
    case "tool-result": {
      if (delta.provider_result !== undefined) {
        return { type: "tool-result", tool_call_id: delta.tool_call_id, ...delta.provider_result };
      }
      const text = (before?.type === "tool-output" ? before.text : "") + delta.result_delta;
      return { type: "tool-output", tool_call_id: delta.tool_call_id, text };
    }
    case "source":
      return { type: "source", url: delta.url, title: delta.title };
    case "file":
      return { type: "file", file_id: delta.file_id, media_type: delta.media_type, name: delta.name };
    default:
      return assertNever(delta);
  }
}

/** Applies one delta in place: a draft grows by thousands of parts, and a copy each time would be quadratic. */
export function applyDelta(draft: Map<number, DraftPart>, index: number, delta: PartDelta): void {
  draft.set(index, appended(draft.get(index), delta));
}

/** What chat templates leave around arguments: tags (`</tool_call>`), special tokens (`<|im_end|>`), code fences. */
const DECORATED = /^(?:\s|```(?:json)?|<\/?[\w|:.-]+>)*(?<json>\{.*\})(?:\s|```|<\/?[\w|:.-]+>)*$/su;

/**
 * Parses what the model wrote as arguments. Nothing and `null` mean no arguments (SPEC L17). Text that is not a JSON
 * object is kept under `_raw` (SPEC L4).
 */
export function parseToolArgs(text: string): JsonObject {
  const bare = text.trim();
  if (bare === "" || bare === "null") return {};
  return parsedObject(bare) ?? parsedObject(DECORATED.exec(bare)?.groups?.["json"] ?? "") ?? { _raw: text };
}

function parsedObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    // The cast is safe: JSON.parse returns nothing but JSON.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

export interface FinishedDraft {
  /** When the content was written, ISO 8601. */
  readonly at: string;
  /** When the first and last delta of each place arrived. Only reasoning keeps these times. */
  readonly times?: ReadonlyMap<number, { readonly started_at: string; readonly completed_at: string }>;
  readonly provider_data?: ReadonlyMap<number, ProviderData>;
}

/** The stored form of a draft, in order of place. Drops empty text, and empty reasoning without provider data. */
export function finishDraft(draft: DraftContent, finished: FinishedDraft): Part[] {
  const places = [...draft.keys()].sort((a, b) => a - b);
  return places.flatMap((index): Part[] => {
    const part = draft.get(index);
    if (part === undefined) return [];
    const data = finished.provider_data?.get(index);
    const extra = data === undefined ? {} : { provider_data: data };
    switch (part.type) {
      case "text":
        return part.text === "" ? [] : [{ ...part, ...extra }];
      case "reasoning":
        if (part.text === "" && data === undefined) return [];
        return [{ ...part, ...finished.times?.get(index), ...extra }];
      case "tool-call": {
        const { args_text, args, ...rest } = part;
        return [{ ...rest, args: args ?? parseToolArgs(args_text), created_at: finished.at, ...extra }];
      }
      case "tool-output":
        // Display text of a running tool: the commit replaces it with the tool's result.
        return [];
      case "tool-result":
        return [{ ...part, created_at: finished.at, ...extra }];
      default:
        return [part];
    }
  });
}
