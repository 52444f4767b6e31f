// Changes what a chat is like: title, labels, pin, to-dos, tools, debug switch and archive (transitions `rename`, `archive`, `unarchive`).

import { Refusal } from "../../core/chat/refusal.ts";
import type { Todo } from "../../core/plan/todos.ts";
import type { ApprovalPolicy } from "../../core/tool/approval-policy.ts";
import { mcpServersOf } from "../../core/tool/chat-profile.ts";
import type { ClientTool } from "../../core/tool/client-tool.ts";
import { requireMcpServers } from "../access/mcp-servers.ts";
import { requireFreeToolNames } from "../access/require-free-tool-names.ts";
import { takeProfile } from "../model/profiles.ts";
import { requireModelConfig } from "../model/resolve-model-config.ts";
import { type ChatChange, type ChatRow, readChatRow } from "../row/chat-row.ts";
import { setTodos } from "../row/todos.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { requireHistory } from "./require-history.ts";

export interface PatchChatInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly title?: string | undefined;
  /** Replaces the whole map. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly pin_order?: number | null | undefined;
  /** Replaces the list (SPEC C8). */
  readonly todos?: readonly Todo[] | undefined;
  readonly archived?: boolean | undefined;
  /** Whether its agent plans and changes nothing (SPEC C6). */
  readonly plan_mode?: boolean | undefined;
  /** Whether its model calls are recorded from now on (SPEC B4). */
  readonly debug?: boolean | undefined;
  /** Replaces the list (SPEC C4). */
  readonly mcp_server_ids?: readonly string[] | undefined;
  /** The newest version of a profile; null: none. */
  readonly profile_id?: string | null | undefined;
  readonly expected_history_version?: number | undefined;
  /** Replaces all. */
  readonly dynamic_tools?: readonly ClientTool[] | undefined;
  /** Null: all built-in tools. */
  readonly tools?: readonly string[] | null | undefined;
  readonly approval_policy?: ApprovalPolicy | undefined;
  /** Null: the default. */
  readonly model_config_id?: string | null | undefined;
  /** Null: as the model's config has it. */
  readonly reasoning_effort?: string | null | undefined;
  readonly system_prompt?: string | null | undefined;
  readonly client_tool_deadline_s?: number | null | undefined;
}

/**
 * Changes the given fields. Throws `Refusal` `chat_not_found`, `history_changed`, or `chat_busy` if a tree to be archived
 * is busy; then nothing has changed.
 */
export async function patchChat(unit: Unit, input: PatchChatInput): Promise<ChatRow> {
  const { chat_id, owner_id, title, labels, pin_order, todos, debug, mcp_server_ids } = input;
  const chat = await readChatRow(unit.tx, chat_id);
  if (chat === null || (owner_id !== null && chat.owner_id !== owner_id)) throw new Refusal("chat_not_found");
  if (input.archived !== undefined) await setArchived(unit, chat, input.archived);
  // After the tree, which is locked in the order of its ids. Whatever is written by then is rolled back with the refusal.
  if (input.expected_history_version !== undefined) {
    requireHistory((await lockInUnit(unit, chat_id)) ?? chat, input.expected_history_version);
  }
  if (mcp_server_ids !== undefined) await requireMcpServers(unit.tx, chat.owner_id, mcp_server_ids);
  if ([title, labels, pin_order, todos, debug, mcp_server_ids].some((given) => given !== undefined)) {
    await transition(unit, { name: "rename", chat_id, owner_id }, async (draft) => {
      if (title !== undefined) {
        Object.assign(draft.change, { title, title_by_user: true, title_version: draft.version });
      }
      if (labels !== undefined) draft.change.labels = labels;
      if (pin_order !== undefined) draft.change.pin_order = pin_order;
      if (todos !== undefined) setTodos(draft, todos);
      if (debug !== undefined) draft.change.debug = debug;
      if (mcp_server_ids !== undefined) {
        requireRest(draft.before);
        draft.change.mcp_server_ids = mcp_server_ids;
      }
    });
  }
  await setProfile(unit, input);
  await setTools(unit, input);
  const after = (await readChatRow(unit.tx, chat_id)) as ChatRow;
  const { dynamic_tools, profile_id } = input;
  if ([dynamic_tools, mcp_server_ids, profile_id].some((given) => given !== undefined))
    await requireFreeToolNames(unit, { tools: after.dynamic_tools, mcp_server_ids: mcpServersOf(after) });
  return after;
}

/** Gives the chat the newest version. What the chat has of its own stays, but for the model that the profile names. */
async function setProfile(unit: Unit, { chat_id, owner_id, profile_id }: PatchChatInput): Promise<void> {
  if (profile_id === undefined) return;
  const profile = profile_id === null ? null : await takeProfile(unit.tx, profile_id);
  await transition(unit, { name: "rename", chat_id, owner_id }, async ({ before, change }) => {
    requireRest(before);
    change.profile = profile;
    if (profile?.model_config_id != null) change.model_config_id = profile.model_config_id;
    if (profile?.reasoning_effort != null) change.reasoning_effort = profile.reasoning_effort;
    // Other skills are there: the model is told before its next answer.
    const { context } = before;
    if (context !== null) change.context = { ...context, wanted: context.wanted + 1 };
  });
}

/** A turn keeps what it began with; policy and deadline hold for the calls that are asked for from now on. */
async function setTools(unit: Unit, input: PatchChatInput): Promise<void> {
  const { chat_id, owner_id, approval_policy, client_tool_deadline_s } = input;
  const resting = givenAtRest(input);
  const given: ChatChange = {
    ...(approval_policy !== undefined && { approval_policy }),
    ...(client_tool_deadline_s !== undefined && { client_tool_deadline_s }),
    ...resting,
  };
  if (Object.keys(given).length === 0) return;
  await requireModelConfig(unit.tx, input.model_config_id);
  await transition(unit, { name: "rename", chat_id, owner_id }, async (draft) => {
    if (Object.keys(resting).length > 0) requireRest(draft.before);
    Object.assign(draft.change, given);
  });
}

function givenAtRest({
  dynamic_tools,
  tools,
  plan_mode,
  model_config_id,
  reasoning_effort,
  system_prompt,
}: PatchChatInput) {
  return {
    ...(dynamic_tools !== undefined && { dynamic_tools }),
    ...(tools !== undefined && { builtin_tools: tools }),
    ...(plan_mode !== undefined && { plan_mode }),
    ...(model_config_id !== undefined && { model_config_id }),
    ...(reasoning_effort !== undefined && { reasoning_effort }),
    ...(system_prompt !== undefined && { system_prompt }),
  };
}

/** A turn keeps what it began with. */
function requireRest({ status }: ChatRow): void {
  if (status !== "waiting" && status !== "error")
    throw new Refusal("chat_busy", "these fields of a chat change while it rests: interrupt it first");
}

/** A root with all its descendants, locked in id order so that two such requests never deadlock (SPEC S7). */
async function setArchived(unit: Unit, chat: ChatRow, archived: boolean): Promise<void> {
  const { rows } = await unit.tx.query<{ id: string; archived: boolean }>(
    "select id, archived from chats where root_chat_id = $1 order by id for update",
    [chat.root_chat_id],
  );
  for (const row of rows) {
    if (row.archived === archived) continue;
    const who = row.id === chat.id ? "the chat" : `the subagent ${row.id}`;
    await archiveOne(unit, { id: row.id, who }, archived);
  }
}

interface ArchivedChat {
  readonly id: string;
  /** As a refusal calls it. */
  readonly who: string;
}

async function archiveOne(unit: Unit, { id, who }: ArchivedChat, archived: boolean): Promise<void> {
  const name = archived ? "archive" : "unarchive";
  try {
    await transition(unit, { name, chat_id: id }, async (draft) => {
      draft.change.archived = archived;
    });
  } catch (error) {
    if (error instanceof Refusal && error.code === "transition_refused") {
      throw new Refusal("chat_busy", `${who} is busy or has queued messages: interrupt it first`);
    }
    throw error;
  }
}
