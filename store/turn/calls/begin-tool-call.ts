// How a tool call begins: it must be open in the running turn, and it is claimed before anything happens.
import type { Usage } from "../../../core/chat/message.ts";
import { cutCallError } from "../../../core/chat/turn-brake.ts";
import type { JsonObject, ToolCallPart } from "../../../core/part/part.ts";
import { prepared, type Queryable, readableJson } from "../../database.ts";
import type { ChatRow } from "../../row/chat-row.ts";
import { lockInUnit, type Unit } from "../../unit.ts";
import { endQuestions, openQuestionOf } from "./ask-questions.ts";
import { claimToolCall, type ToolExecution } from "./tool-executions.ts";

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
  /** It has asked people something, and is made again with the answers. */
  | { readonly type: "asked" }
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
  // Approved calls run while others of their step still wait.
  const isOpen = chat.status === "running" || chat.status === "requires_action";
  if (!isOpen || chat.current_turn_id !== ref.turn_id) return { type: "over", chat };
  const open = await readOpenCalls(unit.tx, ref);
  const found = open.find((candidate) => candidate.call !== null);
  if (found?.call == null) return { type: "over", chat };
  const { call } = found;
  const { tool_call_id, tool_name } = call;
  // A question is asked under the chat's lock, which shows in its status.
  if (chat.status === "requires_action" && (await isStillAsked(unit, ref))) return { type: "asked" };
  const { workerId: worker_id } = unit.store;
  const claim = { chat_id: ref.chat_id, tool_call_id, tool_name, scheduled_ms: scheduledMs, worker_id };
  const execution = await claimToolCall(unit.tx, claim);
  if (execution === null) return { type: "stale" };
  // A call that the output limit cut off is never run, even where its pieces happen to parse.
  const refused = found.is_cut ? cutCallError(found.usage) : null;
  const batch_tool_names = open.map((one) => one.tool_name);
  const { edited_args } = execution;
  if (edited_args !== null) {
    return {
      type: "claimed",
      chat,
      call: { ...call, args: edited_args },
      batch_tool_names,
      execution,
      refused,
    };
  }
  return { type: "claimed", chat, call, batch_tool_names, execution, refused };
}

/** What a lost worker's call has asked ends here: the connection that waited for the answer is gone with the worker. */
async function isStillAsked(unit: Unit, ref: ToolCallRef): Promise<boolean> {
  const open = await openQuestionOf(unit.tx, ref);
  if (open === "held") await endQuestions(unit, ref);
  return open === "ended";
}

interface OpenCallRow {
  readonly tool_name: string;
  /** Null: another call of the batch. */
  readonly call: ToolCallPart | null;
  /** It is the last piece of an answer that ended at its output limit. */
  readonly is_cut: boolean;
  readonly usage: Usage | null;
}

/**
 * The calls without a result, in call order, this one with its arguments. The calls of a batch begin side by side and may have
 * megabytes of arguments: were each of them to read those of all, they would be at it for minutes.
 */
const OPEN_CALLS = `with parts as materialized (
    select m.id, at, type, tool_call_id, tool_name, case when tool_call_id = $2 then part end as call,
      m.usage, m.finish_reason is not distinct from 'length' and at = max(at) over (partition by m.id) as is_cut
    from messages m, json_array_elements(m.content) with ordinality as parts (part, at),
      json_to_record(${readableJson("part")}) as names (type text, tool_call_id text, tool_name text)
    where m.chat_id = $1 and m.deleted_at is null and m.id >= (
      select max(id) from messages where chat_id = $1 and deleted_at is null and role = 'assistant'))
  select tool_name, call, is_cut, usage from parts
  where type = 'tool-call' and not exists (
    select from parts result where result.type = 'tool-result' and result.tool_call_id = parts.tool_call_id)
  order by id, at`;

async function readOpenCalls(db: Queryable, { chat_id, tool_call_id }: ToolCallRef): Promise<OpenCallRow[]> {
  const { rows } = await db.query<OpenCallRow>(prepared(OPEN_CALLS, [chat_id, tool_call_id]));
  return rows;
}
