// The store is the only room with SQL. This file: how a tool call begins: it must be open in the running turn, and is
// claimed before anything happens.
import type { JsonObject, ToolCallPart } from "../core/part.ts";
import { cutCall, cutCallError } from "../core/turn-brake.ts";
import type { ChatRow } from "./chat-row.ts";
import { callsWithoutResult, type MessageRow, readTail } from "./messages.ts";
import { claimToolCall, type ToolExecution } from "./tool-executions.ts";
import { lockInUnit, type Unit } from "./unit.ts";

export interface BegunToolCall {
  readonly type: "claimed";
  readonly chat: ChatRow;
  readonly call: ToolCallPart;
  /** Names of all calls of the same answer, this one included (SPEC L6). */
  readonly batch_tool_names: readonly string[];
  readonly execution: ToolExecution;
  /** Set: the call is not run, and this is its error result (SPEC L14). */
  readonly refused: JsonObject | null;
}

interface ToolCallRef {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly tool_call_id: string;
}

export type ToolCallBegin =
  | BegunToolCall
  /** Not to be run any more: answered, interrupted or cut. What an earlier attempt began is to be ended. */
  | { readonly type: "over"; readonly chat: ChatRow }
  /** Its chat is gone. */
  | { readonly type: "deleted" }
  /** An attempt that was scheduled later has claimed it. */
  | { readonly type: "stale" };

/** @param scheduledMs when Temporal scheduled this attempt, by its own clock */
export async function beginToolCall(
  unit: Unit,
  ref: ToolCallRef,
  scheduledMs: number,
): Promise<ToolCallBegin> {
  const chat = await lockInUnit(unit, ref.chat_id);
  if (chat === null) return { type: "deleted" };
  if (chat.status !== "running" || chat.current_turn_id !== ref.turn_id) return { type: "over", chat };
  const tail = await readTail(unit.tx, ref.chat_id);
  const open = callsWithoutResult(tail);
  const call = open.find((candidate) => candidate.tool_call_id === ref.tool_call_id);
  if (call === undefined) return { type: "over", chat };
  const { tool_call_id, tool_name } = call;
  const claim = { chat_id: ref.chat_id, tool_call_id, tool_name, scheduled_ms: scheduledMs };
  const execution = await claimToolCall(unit.tx, claim);
  if (execution === null) return { type: "stale" };
  const batch_tool_names = open.map((one) => one.tool_name);
  return { type: "claimed", chat, call, batch_tool_names, execution, refused: refusalOf(tail, tool_call_id) };
}

/** A call that the output limit cut off is never run, even where its pieces happen to parse. */
function refusalOf([answer]: readonly MessageRow[], toolCallId: string): JsonObject | null {
  if (answer?.role !== "assistant" || cutCall(answer)?.tool_call_id !== toolCallId) return null;
  return cutCallError(answer.usage);
}
