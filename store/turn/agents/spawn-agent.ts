// Starts a subagent: a chat below another one, with all that it inherits (SPEC G1, G2).
import type { AgentType } from "../../../core/agents/agent.ts";
import { agentsPerChatMax, agentsRunningMax } from "../../../core/chat/limits.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { titleFromContent } from "../../../core/prompt/title.ts";
import { agentOfProfile, type ChatProfile, type ProfiledChat } from "../../../core/tool/chat-profile.ts";
import { findProfile } from "../../model/profiles.ts";
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
  /** Name of a profile in place of the parent's (SPEC C10). */
  readonly profile?: string | undefined;
}

const INHERITED = [
  "owner_id",
  "root_chat_id",
  "workspace_id",
  "project_path",
  "project_id",
  "dynamic_tools",
  "approval_policy",
  "client_tool_deadline_s",
  "debug",
] as const satisfies readonly (keyof ChatRow)[];

const INSERT = `insert into chats (id, parent_chat_id, agent_type, spawned_turn_id, title, title_by_user, status, snapshot_version,
    system_prompt, builtin_tools, mcp_server_ids, profile, plan_mode, ${INHERITED.join(", ")})
  select $2, id, $3, current_turn_id, $4, true, 'waiting', 0, $5, $6, $7, $8, plan_mode and $3 = 'general', ${INHERITED.join(", ")} from chats where id = $1
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
    const profile = await profileNamed(unit, input.profile);
    await requireRoom(unit, parent.id);
    await writeLocked(unit, { ...parent, has_agents: true });
    const chat = await insertAgent(unit, parent, { ...input, profile });
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

async function profileNamed(unit: Unit, name: string | undefined): Promise<ChatProfile | null> {
  if (name === undefined) return null;
  const found = await findProfile(unit.tx, name);
  if (found.profile !== null) return found.profile;
  const hint = found.names.length === 0 ? "There are none." : `The profiles are: ${found.names.join(", ")}.`;
  throw new AgentRefused(`There is no profile ${JSON.stringify(name)}.`, hint);
}

type InsertInput = Omit<SpawnAgentInput, "profile"> & { readonly profile: ChatProfile | null };

async function insertAgent(unit: Unit, parent: ChatRow, input: InsertInput): Promise<ChatRow> {
  const content = [{ type: "text" as const, text: input.prompt }];
  const title = input.title ?? titleFromContent(content);
  const { profile } = input;
  const has: ProfiledChat = profile === null ? parent : agentOfProfile(parent, profile);
  const { rows } = await unit.tx.query<ChatRow>(INSERT, [
    parent.id,
    input.id,
    input.type,
    title,
    has.system_prompt,
    has.builtin_tools === null ? null : JSON.stringify(has.builtin_tools),
    has.mcp_server_ids,
    has.profile === null ? null : JSON.stringify(has.profile),
  ]);
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
    model_config_id:
      input.model_config_id ??
      profile?.model_config_id ??
      parent.turn_model_config_id ??
      parent.model_config_id,
    reasoning_effort: profile?.reasoning_effort ?? parent.turn_reasoning_effort ?? parent.reasoning_effort,
    created_by: parent.owner_id,
  });
  const chat = { ...before, ...draft.change };
  await writeLocked(unit, chat);
  unit.announcements.push(changed(chat));
  return chat;
}
