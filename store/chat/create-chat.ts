// The transition `create`.

import type { InputPart } from "../../core/part/part.ts";
import { titleFromContent } from "../../core/prompt/title.ts";
import type { ApprovalPolicy } from "../../core/tool/approval-policy.ts";
import { type ChatProfile, mcpServersOf } from "../../core/tool/chat-profile.ts";
import type { ClientTool } from "../../core/tool/client-tool.ts";
import { type GivenTurnOptions, turnOptionsOf } from "../../core/tool/turn-options.ts";
import { requireMcpServers } from "../access/mcp-servers.ts";
import { requireFreeToolNames } from "../access/require-free-tool-names.ts";
import { prepared } from "../database.ts";
import { attachFiles } from "../file/attach-files.ts";
import { takeProfile } from "../model/profiles.ts";
import { requireModelConfig } from "../model/resolve-model-config.ts";
import { type ChatRow, LOCKED_COLUMNS } from "../row/chat-row.ts";
import type { MessageRow } from "../row/messages.ts";
import { beginTurn } from "../turn/begin-turn.ts";
import { changed } from "../turn/transition.ts";
import { addInsertedToUnit, type Draft, type Unit, writeLocked } from "../unit.ts";
import { refuseOverLimit } from "../usage/usage-limits.ts";

/** With what its first message brings along for its turn. */
export interface CreateChatInput extends Omit<GivenTurnOptions, "tools"> {
  /** UUIDv7. */
  readonly id: string;
  readonly owner_id: string;
  readonly content: readonly InputPart[];
  readonly title?: string | undefined;
  readonly system_prompt?: string | null | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly model_config_id?: string | null | undefined;
  readonly reasoning_effort?: string | null | undefined;
  readonly project_path?: string | null | undefined;
  /** Whose folder `project_path` is; null: nobody's. */
  readonly project_id?: string | null | undefined;
  /** What it is made from; its own fields stand in place of the profile's (SPEC C10). */
  readonly profile_id?: string | undefined;
  readonly plan_mode?: boolean | undefined;
  readonly mcp_server_ids?: readonly string[] | undefined;
  readonly dynamic_tools?: readonly ClientTool[] | undefined;
  /** Client-run tools of the first turn alone. */
  readonly turn_tools?: readonly ClientTool[] | undefined;
  /** The built-in tools it may call; null: all. */
  readonly tools?: readonly string[] | null | undefined;
  readonly approval_policy?: ApprovalPolicy | undefined;
  readonly client_tool_deadline_s?: number | null | undefined;
}

/** Seconds for a client to run a tool (SPEC D3). */
const clientToolDeadlineS = 300;

/** Returns what a lock would return: nobody else sees the row before the commit. */
const INSERT = `insert into chats (id, owner_id, root_chat_id, title, title_by_user, system_prompt, status, labels,
    project_path, plan_mode, mcp_server_ids, project_id, snapshot_version, dynamic_tools, builtin_tools, approval_policy,
    client_tool_deadline_s, profile)
  values ($1, $2, $1, $3, $4, $5, 'waiting', $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $15)
  returning ${LOCKED_COLUMNS}`;

/**
 * Creates a chat whose first turn runs at once (SPEC Q1). Throws `Refusal` `model_config_not_found`, `mcp_server_refused`,
 * `profile_refused`, `usage_limit_reached`, `file_not_found`, `too_many_files`; then roll the transaction back.
 */
export async function createChat(
  unit: Unit,
  input: CreateChatInput,
): Promise<{ chat: ChatRow; message: MessageRow }> {
  await requireModelConfig(unit.tx, input.model_config_id);
  await requireMcpServers(unit.tx, input.owner_id, input.mcp_server_ids ?? []);
  const profile = input.profile_id === undefined ? null : await takeProfile(unit.tx, input.profile_id);
  const draft = await insertDraft(unit, input, profile);
  await refuseOverLimit(unit.tx, draft.before);
  const message = await beginTurn(draft, {
    content: await attachFiles(draft, input.content),
    model_config_id: input.model_config_id ?? profile?.model_config_id ?? null,
    reasoning_effort: input.reasoning_effort ?? profile?.reasoning_effort ?? null,
    created_by: input.owner_id,
    turn_options: turnOptionsOf({ ...input, tools: input.turn_tools }),
  });
  return { chat: await writeDraft(draft), message };
}

/** Creates a chat that rests until it is written to. Throws as `createChat` does. */
export async function createEmptyChat(
  unit: Unit,
  input: Omit<CreateChatInput, "content" | "turn_tools">,
): Promise<ChatRow> {
  await requireModelConfig(unit.tx, input.model_config_id);
  await requireMcpServers(unit.tx, input.owner_id, input.mcp_server_ids ?? []);
  const profile = input.profile_id === undefined ? null : await takeProfile(unit.tx, input.profile_id);
  const draft = await insertDraft(unit, { ...input, content: [] }, profile);
  draft.change.model_config_id = input.model_config_id ?? profile?.model_config_id ?? null;
  draft.change.reasoning_effort = input.reasoning_effort ?? profile?.reasoning_effort ?? null;
  return writeDraft(draft);
}

/** A new chat starts with history version 1: there is no earlier version. */
async function insertDraft(unit: Unit, input: CreateChatInput, profile: ChatProfile | null): Promise<Draft> {
  const { dynamic_tools = [], turn_tools = [], mcp_server_ids = null } = input;
  await requireFreeToolNames(unit, {
    tools: [...dynamic_tools, ...turn_tools],
    mcp_server_ids: mcpServersOf({ mcp_server_ids, profile }),
  });
  const before = await insertChat(unit, input, profile);
  return { unit, before, version: 1, change: { snapshot_version: 1 }, touchHistory: () => undefined };
}

async function writeDraft({ unit, before, change }: Draft): Promise<ChatRow> {
  const chat = { ...before, ...change };
  await writeLocked(unit, chat);
  unit.announcements.push(changed(chat));
  return chat;
}

async function insertChat(unit: Unit, input: CreateChatInput, profile: ChatProfile | null): Promise<ChatRow> {
  const { rows } = await unit.tx.query<ChatRow>(
    prepared(INSERT, [
      input.id,
      input.owner_id,
      input.title ?? titleFromContent(input.content),
      input.title !== undefined,
      input.system_prompt ?? null,
      JSON.stringify(input.labels ?? {}),
      input.project_path ?? null,
      input.plan_mode ?? false,
      input.mcp_server_ids ?? null,
      input.project_id ?? null,
      JSON.stringify(input.dynamic_tools ?? []),
      input.tools == null ? null : JSON.stringify(input.tools),
      JSON.stringify(input.approval_policy ?? {}),
      input.client_tool_deadline_s === undefined ? clientToolDeadlineS : input.client_tool_deadline_s,
      profile === null ? null : JSON.stringify(profile),
    ]),
  );
  const chat = rows[0] as ChatRow;
  addInsertedToUnit(unit, chat);
  return chat;
}
