// How a tool call stands, and for how long it has run.
import { isDenial, type RequiredToolCall } from "../../../../core/chat/message.ts";
import type { ToolItem } from "../messages/items.ts";
import { field } from "./call-words.ts";

export type CallState = "writing" | "asked" | "running" | "done" | "failed" | "denied" | "lost";

interface CallSurroundings {
  readonly is_busy: boolean;
  readonly asked: ReadonlyMap<string, RequiredToolCall>;
}

export function callState(item: ToolItem, { is_busy, asked }: CallSurroundings): CallState {
  const { call, result, decision } = item;
  if (result !== null) {
    if (decision !== null && isDenial(decision)) return "denied";
    return result.is_error || isBadExit(item) ? "failed" : "done";
  }
  if (asked.has(call.tool_call_id)) return "asked";
  if (call.created_at === null && call.args === null) return "writing";
  return is_busy ? "running" : "lost";
}

/** The exit code of a command; null: it has none. */
export function exitCode(item: ToolItem): number | null {
  const code = field(item.result?.result, "exit_code");
  return typeof code === "number" ? code : null;
}

function isBadExit(item: ToolItem): boolean {
  const code = exitCode(item);
  return code !== null && code !== 0;
}

/** Milliseconds; null: nobody knows. */
export function callDuration(item: ToolItem): number | null {
  const told = field(item.result?.result, "duration_ms");
  if (typeof told === "number") return told;
  const { result, call } = item;
  if (result === null || !("created_at" in result) || call.created_at === null) return null;
  const ms = Date.parse(result.created_at) - Date.parse(call.created_at);
  return ms >= 0 ? ms : null;
}

/** Why it failed, in the words of its result; null: they say nothing. */
export function faultWords(item: ToolItem): string | null {
  const error = field(item.result?.result, "error");
  if (typeof error === "string") return error;
  const result = item.result?.result;
  return item.result?.is_error === true && typeof result === "string" ? result : null;
}
