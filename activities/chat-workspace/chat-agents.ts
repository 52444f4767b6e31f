// The subagents of one chat as its tools see them (`ChatAgents`). All of it is the database's: the turn's workflow waits, and each
// subagent has a workflow of its own.
import { v7 as uuidv7 } from "uuid";
import { agentStatus } from "../../core/agents/agent.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { interruptChat } from "../../store/chat/interrupt-chat.ts";
import { sendMessage } from "../../store/chat/send-message.ts";
import { listAgents, readAgent } from "../../store/row/agents.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { Store } from "../../store/store.ts";
import { isUuid, noSuchAgent, registerWait } from "../../store/turn/agents/await-agent.ts";
import { AgentRefused, CallOver, onceForCall } from "../../store/turn/agents/once-for-call.ts";
import { spawnAgent } from "../../store/turn/agents/spawn-agent.ts";
import { inUnit, lockInUnit, type Unit } from "../../store/unit.ts";
import type { ChatAgents, MessageAgentArgs } from "../../tools/agents/chat-agents.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { patiently } from "../attempt/patiently.ts";

/** The port for one call of a chat. */
export function createChatAgents(store: Store, chat: ChatRow, tool_call_id: string): ChatAgents {
  const call = { chat_id: chat.id, turn_id: chat.current_turn_id ?? 0, tool_call_id };
  // Ids of one process grow, so a new chat's is greater than that of the chat that calls.
  const id = uuidv7();
  return {
    spawn: (args, signal) => change(store, signal, (unit) => spawnAgent(unit, { ...args, call, id })),
    wait: (agent_id, timeout_ms, signal) =>
      change(store, signal, (unit) => registerWait(unit, { call, agent_id, timeout_ms })),
    message: (args, signal) =>
      change(store, signal, (unit) => onceForCall(unit, call, (parent) => message(unit, parent, args))),
    interrupt: (agentId, signal) =>
      change(store, signal, (unit) => onceForCall(unit, call, (parent) => interrupt(unit, parent, agentId))),
    list: async (signal) => {
      const rows = await patiently(signal, () => listAgents(store.pool, chat.id));
      const agents = rows.map(({ status, ...agent }) => ({
        ...agent,
        status: agentStatus({ status, interrupted: false }),
      }));
      return { agents };
    },
  };
}

/** In one transaction, which an outage of the database only delays. Throws `ToolError` for what the model can do something about. */
async function change<T>(store: Store, signal: AbortSignal, work: (unit: Unit) => Promise<T>): Promise<T> {
  try {
    return await patiently(signal, async () => (await inUnit(store, work)).result);
  } catch (error) {
    throw inWords(error);
  }
}

function inWords(error: unknown): unknown {
  if (error instanceof AgentRefused) return new ToolError(error.message, error.hint);
  if (error instanceof CallOver) return new ToolError("The turn of this call has ended.");
  return error instanceof Refusal ? new ToolError(`${error.message}.`) : error;
}

/** Locked after its parent, as all trees are. */
async function requireAgent(unit: Unit, parent: ChatRow, agentId: string): Promise<ChatRow> {
  const agent = isUuid(agentId) ? await lockInUnit(unit, agentId) : null;
  if (agent === null || agent.parent_chat_id !== parent.id) throw noSuchAgent();
  return agent;
}

async function message(unit: Unit, parent: ChatRow, args: MessageAgentArgs): Promise<JsonObject> {
  const agent = await requireAgent(unit, parent, args.chat_id);
  const { queued } = await sendMessage(unit, {
    chat_id: agent.id,
    owner_id: parent.owner_id,
    content: [{ type: "text", text: args.message }],
    busy_behavior: args.interrupt === true ? "interrupt" : "queue",
    created_by: parent.owner_id,
  });
  return { chat_id: agent.id, title: agent.title, status: "running", queued };
}

async function interrupt(unit: Unit, parent: ChatRow, agentId: string): Promise<JsonObject> {
  const { id, title } = await requireAgent(unit, parent, agentId);
  const { status } = await interruptChat(unit, { chat_id: id, owner_id: parent.owner_id });
  if (status === "interrupting" || status === "running")
    return { chat_id: id, title, status: "interrupting" };
  const agent = await readAgent(unit.tx, parent.id, id);
  return { chat_id: id, title, status: agent === null ? status : agentStatus(agent) };
}
