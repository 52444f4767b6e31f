// The store is the only room with SQL. This file: how a tool call begins: it must be open in the running turn, and is
// claimed before anything happens.
import type { ToolCallPart } from "../core/part.ts";
import type { ChatRow } from "./chat-row.ts";
import { callsWithoutResult, readTail } from "./messages.ts";
import { claimToolCall, type ToolExecution } from "./tool-executions.ts";
import { lockInUnit, type Unit } from "./unit.ts";

export interface BegunToolCall {
  readonly chat: ChatRow;
  readonly call: ToolCallPart;
  /** Names of all calls of the same answer, this one included (SPEC L6). */
  readonly batch_tool_names: readonly string[];
  readonly execution: ToolExecution;
}

interface ToolCallRef {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly tool_call_id: string;
}

/** Null: the call is not to be run any more (answered, interrupted, cut, or its chat deleted). */
export async function beginToolCall(unit: Unit, ref: ToolCallRef): Promise<BegunToolCall | null> {
  const chat = await lockInUnit(unit, ref.chat_id);
  if (chat === null || chat.status !== "running" || chat.current_turn_id !== ref.turn_id) return null;
  const open = callsWithoutResult(await readTail(unit.tx, ref.chat_id));
  const call = open.find((candidate) => candidate.tool_call_id === ref.tool_call_id);
  if (call === undefined) return null;
  const { tool_call_id, tool_name } = call;
  const execution = await claimToolCall(unit.tx, { chat_id: ref.chat_id, tool_call_id, tool_name });
  return { chat, call, batch_tool_names: open.map((one) => one.tool_name), execution };
}
