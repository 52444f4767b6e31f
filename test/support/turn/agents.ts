// Tests: chats with subagents on a real database, their tool calls made as a worker would make them.
import { v7 as uuidv7 } from "uuid";
import { createChatAgents } from "../../../activities/chat-workspace/chat-agents.ts";
import type { AgentType } from "../../../core/agents/agent.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { lookAtAgents } from "../../../store/turn/agents/await-agent.ts";
import { type SpawnAgentInput, spawnAgent } from "../../../store/turn/agents/spawn-agent.ts";
import { claimToolCall } from "../../../store/turn/calls/tool-executions.ts";
import { inUnit } from "../../../store/unit.ts";
import type { ChatAgents } from "../../../tools/agents/chat-agents.ts";
import { aChat, TestChat, type TestStore, toolCall } from "./chats.ts";

/** A chat whose model has asked for the calls `c1`, `c2` …, all of them claimed. */
export async function withClaimedCalls(store: TestStore, count = 1, chat?: TestChat): Promise<TestChat> {
  const parent = chat ?? (await aChat(store));
  const ids = Array.from({ length: count }, (_, i) => `c${i + 1}`);
  await parent.answer(
    ids.map((id) => toolCall(id, "spawn_agent")),
    { finish_reason: "tool_calls" },
  );
  for (const tool_call_id of ids) await claim(parent, tool_call_id);
  return parent;
}

export async function claim({ store, id }: TestChat, tool_call_id: string): Promise<void> {
  const claimed = { chat_id: id, tool_call_id, tool_name: "spawn_agent", scheduled_ms: 0 };
  await inUnit(store, (unit) => claimToolCall(unit.tx, claimed));
}

/** The port of the tools, for one call of the chat. */
export async function agentsOf(chat: TestChat, tool_call_id = "c1"): Promise<ChatAgents> {
  return createChatAgents(chat.store, await chat.row(), tool_call_id);
}

export const NEVER = new AbortController().signal;

/** Starts a subagent with a call of its own. */
export async function spawned(
  parent: TestChat,
  call = "c1",
  more: Partial<SpawnAgentInput> & { readonly type?: AgentType } = {},
): Promise<TestChat> {
  const { current_turn_id } = await parent.row();
  const ref = { chat_id: parent.id, turn_id: current_turn_id ?? 0, tool_call_id: call };
  const { result } = await inUnit(parent.store, (unit) =>
    spawnAgent(unit, { call: ref, id: uuidv7(), type: "general", prompt: "dig", ...more }),
  );
  return new TestChat(parent.store, result["chat_id"] as string);
}

export async function look(parent: TestChat, ...tool_call_ids: string[]) {
  const { current_turn_id } = await parent.row();
  const input = { chat_id: parent.id, turn_id: current_turn_id ?? 0, tool_call_ids };
  return (await inUnit(parent.store, (unit) => lookAtAgents(unit, input))).result;
}

/** The result that a call has left. */
export async function resultOf({ store, id }: TestChat, call: string): Promise<JsonObject | null> {
  const { rows } = await store.pool.query<{ result: JsonObject | null }>(
    "select result from tool_executions where chat_id = $1 and tool_call_id = $2 and finished_at is not null",
    [id, call],
  );
  return rows[0]?.result ?? null;
}

/** Signals and starts that are to be delivered for this chat, oldest first. */
export async function toldTo({ store, id }: TestChat): Promise<string[]> {
  const { rows } = await store.pool.query<{ signal: string }>(
    "select signal from outbox where chat_id = $1 order by id",
    [id],
  );
  return rows.map(({ signal }) => signal);
}
