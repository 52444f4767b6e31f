// Starts a subagent: a chat below another one, with all that it inherits (SPEC G1, G2).
import type { AgentType } from "../../../core/agents/agent.ts";
import { agentsPerChatMax, agentsRunningMax } from "../../../core/chat/limits.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { titleFromContent } from "../../../core/prompt/title.ts";
import { requireModelConfig } from "../../model/resolve-model-config.ts";
import { type ChatRow, LOCKED_COLUMNS } from "../../row/chat-row.ts";
import { addInsertedToUnit, type Draft, type Unit, writeLocked } from "../../unit.ts";
import { refuseOverLimit } from "../../usage/usage-limits.ts";
import { beginTurn } from "../begin-turn.ts";
import { changed } from "../transition.ts";
import { AgentRefused, type CallRef, onceForCall } from "./once-for-call.ts";

export interface SpawnAgentInput {
  readonly call: CallRef;
  /** UUIDv7 of the new chat: greater than its parent's, so that trees locked in the order of ids are locked root first. */
  readonly id: string;
  readonly type: AgentType;
  readonly prompt: string;
  readonly title?: string | undefined;
  readonly model_config_id?: string | undefined;
}

const INHERITED = [
  "owner_id",
  "root_chat_id",
  "workspace_id",
  "project_path",
  "project_id",
  "system_prompt",
  "dynamic_tools",
  "builtin_tools",
  "approval_policy",
  "client_tool_deadline_s",
  "mcp_server_ids",
  "profile",
  "debug",
] as const satisfies readonly (keyof ChatRow)[];

const INSERT = `insert into chats (id, parent_chat_id, agent_type, spawned_turn_id, title, title_by_user, status, snapshot_version,
    ${INHERITED.join(", ")})
  select $2, id, $3, current_turn_id, $4, true, 'waiting', 0, ${INHERITED.join(", ")} from chats where id = $1
  returning ${LOCKED_COLUMNS}`;

/**
 * Starts one subagent for the call, however often it runs. Throws `CallOver`, `AgentRefused`, `Refusal` `model_config_not_found`,
 * `usage_limit_reached`.
 */
export async function spawnAgent(unit: Unit, input: SpawnAgentInput): Promise<JsonObject> {
  return onceForCall(unit, input.call, async (parent) => {
    if (parent.parent_chat_id !== null)
      throw new AgentRefused("An agent cannot start agents.", "Do the work yourself.");
    await requireModelConfig(unit.tx, input.model_config_id);
    await requireRoom(unit, parent.id);
    await writeLocked(unit, { ...parent, has_agents: true });
    const chat = await insertAgent(unit, parent, input);
    return { chat_id: chat.id, title: chat.title, type: input.type, status: "running" };
  });
}

/** The parent is locked: two calls of one answer count one after the other. */
async function requireRoom(unit: Unit, parentId: string): Promise<void> {
  const { rows } = await unit.tx.query<{ all: number; running: number }>(
    `select count(*)::int as "all",
       (count(*) filter (where status in ('running', 'interrupting', 'requires_action')))::int as running
     from chats where parent_chat_id = $1`,
    [parentId],
  );
  const { all, running } = rows[0] as { all: number; running: number };
  if (running >= agentsRunningMax) {
    const hint = "Call wait_agent for one of them first, or interrupt_agent.";
    throw new AgentRefused(`At most ${agentsRunningMax} agents of a chat run at the same time.`, hint);
  }
  if (all >= agentsPerChatMax) {
    const hint = "Send one that you have another task with message_agent.";
    throw new AgentRefused(`A chat has at most ${agentsPerChatMax} agents.`, hint);
  }
}

async function insertAgent(unit: Unit, parent: ChatRow, input: SpawnAgentInput): Promise<ChatRow> {
  const content = [{ type: "text" as const, text: input.prompt }];
  const title = input.title ?? titleFromContent(content);
  const { rows } = await unit.tx.query<ChatRow>(INSERT, [parent.id, input.id, input.type, title]);
  const before = rows[0] as ChatRow;
  addInsertedToUnit(unit, before);
  await refuseOverLimit(unit.tx, before);
  const draft: Draft = {
    unit,
    before,
    version: 1,
    change: { snapshot_version: 1 },
    // A new chat starts with history version 1: there is no earlier version.
    touchHistory: () => undefined,
  };
  await beginTurn(draft, {
    content,
    model_config_id: input.model_config_id ?? parent.turn_model_config_id ?? parent.model_config_id,
    reasoning_effort: parent.turn_reasoning_effort ?? parent.reasoning_effort,
    created_by: parent.owner_id,
  });
  const chat = { ...before, ...draft.change };
  await writeLocked(unit, chat);
  unit.announcements.push(changed(chat));
  return chat;
}
