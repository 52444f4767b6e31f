// How a turn waits for its subagents (SPEC G3): the call's row says for whom and until when, and the turn's workflow looks here
// whenever it is told of a change or the time is over. The agent's row is locked meanwhile: it either rests already, or its end
// finds the wait.
import { type AgentView, isAtRest, waitResult } from "../../../core/agents/agent.ts";
import { toolResultBytesMax } from "../../../core/chat/limits.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { truncateJson } from "../../../core/text/truncate.ts";
import { markTold, readAgent } from "../../row/agents.ts";
import { readChatRow } from "../../row/chat-row.ts";
import { lockInUnit, type Unit } from "../../unit.ts";
import { finishToolCall } from "../calls/tool-executions.ts";
import { AgentRefused, CallOver, type CallRef, isTurnOpen } from "./once-for-call.ts";

export interface RegisterWaitInput {
  readonly call: CallRef;
  readonly agent_id: string;
  readonly timeout_ms: number;
}

export type RegisteredWait =
  | { readonly type: "over"; readonly result: JsonObject }
  | { readonly type: "waits"; readonly left_ms: number };

/** Its worker is free from now on: none is lost with the call. A call that runs again keeps its deadline. */
const REGISTER = `update tool_executions set awaits_chat_id = $3, is_held = false,
    awaits_until = coalesce(awaits_until, now() + $4 * interval '1 millisecond')
  where chat_id = $1 and tool_call_id = $2 and finished_at is null
  returning (extract(epoch from awaits_until - now()) * 1000)::float8 as left_ms`;

/** Throws `CallOver`, and `AgentRefused` for a chat that is no subagent of the call's chat, whoever it belongs to. */
export async function registerWait(unit: Unit, input: RegisterWaitInput): Promise<RegisteredWait> {
  const { call, agent_id, timeout_ms } = input;
  const agent = await lockAgent(unit, call.chat_id, agent_id);
  if (agent === null) throw noSuchAgent();
  const { rows } = await unit.tx.query<{ left_ms: number }>(REGISTER, [
    call.chat_id,
    call.tool_call_id,
    agent_id,
    timeout_ms,
  ]);
  const [wait] = rows;
  if (wait === undefined) throw new CallOver();
  if (!isAtRest(agent.status) && wait.left_ms > 0) {
    return { type: "waits", left_ms: Math.ceil(wait.left_ms) };
  }
  return { type: "over", result: await report(unit, agent) };
}

export function noSuchAgent(): AgentRefused {
  return new AgentRefused(
    "This chat has no agent with that chat_id.",
    "list_agents lists the agents of this chat.",
  );
}

async function lockAgent(unit: Unit, parentId: string, agentId: string): Promise<AgentView | null> {
  const chat = isUuid(agentId) ? await lockInUnit(unit, agentId) : null;
  return chat?.parent_chat_id === parentId ? readAgent(unit.tx, parentId, agentId) : null;
}

/** Postgres refuses to look for anything else. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

async function report(unit: Unit, agent: AgentView): Promise<JsonObject> {
  if (isAtRest(agent.status)) await markTold(unit.tx, agent.chat_id);
  return waitResult(agent);
}

export interface LookAtAgentsInput {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly tool_call_ids: readonly string[];
}

export interface AgentWaitLeft {
  readonly tool_call_id: string;
  readonly left_ms: number;
}

interface WaitRow extends AgentWaitLeft {
  readonly awaits_chat_id: string;
  /** A message was sent to steer the turn: it is to be read now (SPEC Q7). */
  readonly is_steered: boolean;
}

const WAITS = `select tool_call_id, awaits_chat_id, (extract(epoch from awaits_until - now()) * 1000)::float8 as left_ms,
    exists (select from queued_messages q where q.chat_id = t.chat_id and q.steer) as is_steered
  from tool_executions t where chat_id = $1 and tool_call_id = any($2) and awaits_chat_id is not null and finished_at is null
  order by awaits_chat_id`;

/** Ends the waits that are over, each with its result, and returns the others. None is left when the turn is over. */
export async function lookAtAgents(unit: Unit, input: LookAtAgentsInput): Promise<AgentWaitLeft[]> {
  const { chat_id, turn_id, tool_call_ids } = input;
  const chat = await readChatRow(unit.tx, chat_id);
  if (chat === null || !isTurnOpen(chat, turn_id)) return [];
  const { rows } = await unit.tx.query<WaitRow>(WAITS, [chat_id, tool_call_ids]);
  // All agents first: an edit locks them, too, before it takes the calls away.
  const agents = new Map<string, AgentView | null>();
  for (const { awaits_chat_id: id } of rows) agents.set(id, await lockAgent(unit, chat_id, id));
  const left: AgentWaitLeft[] = [];
  for (const { tool_call_id, awaits_chat_id, left_ms, is_steered } of rows) {
    const agent = agents.get(awaits_chat_id) ?? null;
    if (agent !== null && !isAtRest(agent.status) && left_ms > 0 && !is_steered) {
      left.push({ tool_call_id, left_ms: Math.ceil(left_ms) });
      continue;
    }
    const result = agent === null ? { error: "The agent was deleted." } : await report(unit, agent);
    const { value, truncated } = truncateJson(result, toolResultBytesMax);
    const is_error = agent === null;
    await finishToolCall(unit.tx, { chat_id, tool_call_id, result: value, is_error, truncated });
  }
  return left;
}
