// The chat's row, read under a lock and written back by transitions.

import type { AgentType } from "../../core/agents/agent.ts";
import type { ChatContext } from "../../core/chat/chat-context.ts";
import type { LearntLimit, WantedCompaction } from "../../core/chat/compaction.ts";
import type { ChatStatus, LastError, RequiredAction, RetryState } from "../../core/chat/message.ts";
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import type { ChatTodos } from "../../core/plan/todos.ts";
import type { ApprovalPolicy } from "../../core/tool/approval-policy.ts";
import type { ChatProfile } from "../../core/tool/chat-profile.ts";
import type { ClientTool } from "../../core/tool/client-tool.ts";
import type { TurnOptions } from "../../core/tool/turn-options.ts";
import { prepared, type Queryable, type Tx } from "../database.ts";
import { USAGE_LIMIT_COLUMN, type UsageLimit } from "../usage/usage-limits.ts";

export interface ChatRow {
  readonly id: string;
  readonly owner_id: string;
  readonly parent_chat_id: string | null;
  readonly root_chat_id: string;
  readonly workspace_id: string | null;
  readonly project_path: string | null;
  /** The project that it was made for, which may be deleted by now (SPEC C13). */
  readonly project_id: string | null;
  /** What it keeps of the profile that it was made from (SPEC C10). */
  readonly profile: ChatProfile | null;
  readonly title: string;
  readonly title_by_user: boolean;
  /** Snapshot version of the change that wrote the title; 0 for the first title. */
  readonly title_version: number;
  readonly system_prompt: string | null;
  readonly status: ChatStatus;
  readonly last_error: LastError | null;
  readonly retry: RetryState | null;
  readonly required_action: RequiredAction | null;
  readonly model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly turn_model_config_id: string | null;
  readonly turn_reasoning_effort: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly pin_order: number | null;
  readonly archived: boolean;
  readonly plan_mode: boolean;
  /** Whether its model calls are recorded (SPEC B4). */
  readonly debug: boolean;
  readonly dynamic_tools: readonly ClientTool[];
  /** Null: all built-in tools. */
  readonly builtin_tools: readonly string[] | null;
  readonly approval_policy: ApprovalPolicy;
  /** Null: client-run tools have no deadline. */
  readonly client_tool_deadline_s: number | null;
  /** What the message of the present turn brought along. */
  readonly turn_options: TurnOptions | null;
  /** The MCP servers whose tools it has (SPEC C4); null: none. */
  readonly mcp_server_ids: readonly string[] | null;
  /** Another chat has started it, as an agent of this type (SPEC G2); null: people have. */
  readonly agent_type: AgentType | null;
  /** The turn of its parent that started it. */
  readonly spawned_turn_id: number | null;
  /** Whether it has ever started a subagent. */
  readonly has_agents: boolean;
  /** Of a subagent: it has come to rest since its parent was last told of it (SPEC G5). */
  readonly report_untold: boolean;
  readonly last_turn_summary: string | null;
  /** The turn that `last_turn_summary` describes. */
  readonly summary_turn_id: number | null;
  readonly current_turn_id: number | null;
  readonly turn_steps: number;
  readonly queue_length: number;
  readonly snapshot_version: number;
  readonly history_version: number;
  readonly generation_attempt: number;
  readonly reset_version: number;
  readonly provider_failures: number;
  /** All waits after them together. */
  readonly retry_waited_ms: number;
  readonly no_output_failures: number;
  readonly lost_attempts: number;
  readonly attempt_open: boolean;
  /** A compaction that comes next, whatever the threshold says. */
  readonly compaction: WantedCompaction | null;
  /** The turn whose context overflow was answered with a compaction. */
  readonly overflow_turn_id: number | null;
  /** What a provider has named as it refused a prompt that was too long. */
  readonly learnt_context_limit: LearntLimit | null;
  /** What is known of its instructions and skills; null: they were never read. */
  readonly context: ChatContext | null;
  /** Null: there is no list, and the model believes in none. */
  readonly todos: ChatTodos | null;
  /** By provider: messages up to this one are sent without what the provider signed or sealed in them. */
  readonly unsealed: Readonly<Record<string, number>>;
  /** When Temporal scheduled the turn's latest attempt, by its clock; 0 before the first. */
  readonly attempt_scheduled_ms: number;
  /** The worker that began the latest attempt; null: one of an older version, or none yet. */
  readonly attempt_worker_id: string | null;
  readonly last_read_message_id: number;
  /** The activity whose outcome `outcome` is: the one that committed last. */
  readonly outcome_run_id: string | null;
  readonly outcome_activity_id: string | null;
  readonly outcome: StepOutcome | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** What its owner may spend; null without a limit. Only present on rows that were read under a lock. */
  readonly owner_usage_limit?: UsageLimit | null;
}

/** Every column by name: frequent statements are prepared and must not use `*`. A test compares the list with the table. */
export const CHAT_COLUMNS: readonly (keyof ChatRow)[] = [
  "id",
  "owner_id",
  "parent_chat_id",
  "root_chat_id",
  "workspace_id",
  "project_path",
  "project_id",
  "profile",
  "title",
  "title_by_user",
  "title_version",
  "system_prompt",
  "status",
  "last_error",
  "retry",
  "required_action",
  "model_config_id",
  "reasoning_effort",
  "turn_model_config_id",
  "turn_reasoning_effort",
  "labels",
  "pin_order",
  "archived",
  "plan_mode",
  "debug",
  "dynamic_tools",
  "agent_type",
  "spawned_turn_id",
  "has_agents",
  "report_untold",
  "mcp_server_ids",
  "builtin_tools",
  "approval_policy",
  "client_tool_deadline_s",
  "turn_options",
  "last_turn_summary",
  "summary_turn_id",
  "current_turn_id",
  "turn_steps",
  "queue_length",
  "snapshot_version",
  "history_version",
  "generation_attempt",
  "reset_version",
  "provider_failures",
  "retry_waited_ms",
  "no_output_failures",
  "lost_attempts",
  "attempt_open",
  "attempt_scheduled_ms",
  "attempt_worker_id",
  "last_read_message_id",
  "outcome_run_id",
  "outcome_activity_id",
  "outcome",
  "compaction",
  "overflow_turn_id",
  "learnt_context_limit",
  "unsealed",
  "context",
  "todos",
  "created_at",
  "updated_at",
];
const ALL = CHAT_COLUMNS.join(", ");

/** Columns that a transition may write. The others are set once, or by the runner itself. */
const WRITABLE = [
  "profile",
  "owner_id",
  "workspace_id",
  "title",
  "title_by_user",
  "title_version",
  "status",
  "last_error",
  "retry",
  "required_action",
  "model_config_id",
  "reasoning_effort",
  "turn_model_config_id",
  "turn_reasoning_effort",
  "labels",
  "pin_order",
  "archived",
  "plan_mode",
  "debug",
  "mcp_server_ids",
  "last_turn_summary",
  "summary_turn_id",
  "current_turn_id",
  "turn_steps",
  "queue_length",
  "snapshot_version",
  "history_version",
  "generation_attempt",
  "reset_version",
  "provider_failures",
  "retry_waited_ms",
  "no_output_failures",
  "lost_attempts",
  "attempt_open",
  "outcome_run_id",
  "outcome_activity_id",
  "outcome",
  "attempt_scheduled_ms",
  "attempt_worker_id",
  "compaction",
  "overflow_turn_id",
  "learnt_context_limit",
  "context",
  "todos",
  "system_prompt",
  "dynamic_tools",
  "builtin_tools",
  "approval_policy",
  "client_tool_deadline_s",
  "turn_options",
  "has_agents",
  "report_untold",
] as const satisfies readonly (keyof ChatRow)[];

export type ChatChange = { -readonly [K in (typeof WRITABLE)[number]]?: ChatRow[K] };

const JSON_COLUMNS: ReadonlySet<string> = new Set([
  "profile",
  "last_error",
  "retry",
  "required_action",
  "labels",
  "outcome",
  "compaction",
  "learnt_context_limit",
  "context",
  "todos",
  "dynamic_tools",
  "builtin_tools",
  "approval_policy",
  "turn_options",
]);

/** Reads the owner's limit, too, so that a turn without one needs no further query (SPEC B3). */
export const LOCKED_COLUMNS = `${ALL}, (select ${USAGE_LIMIT_COLUMN} from users where users.id = owner_id) as owner_usage_limit`;
const LOCK = `select ${LOCKED_COLUMNS} from chats where id = $1 for update`;

/** Locks the row until the transaction ends: changes of a chat happen one at a time (SPEC S). */
export async function lockChat(tx: Tx, chatId: string): Promise<ChatRow | null> {
  const { rows } = await tx.query<ChatRow>(prepared(LOCK, [chatId]));
  return rows[0] ?? null;
}

/** Null: somebody else holds the lock, or the chat is gone. Never waits. */
export async function lockChatIfFree(tx: Tx, chatId: string): Promise<ChatRow | null> {
  const { rows } = await tx.query<ChatRow>(prepared(`${LOCK} skip locked`, [chatId]));
  return rows[0] ?? null;
}

export async function readChatRow(db: Queryable, chatId: string): Promise<ChatRow | null> {
  const { rows } = await db.query<ChatRow>(prepared(`select ${ALL} from chats where id = $1`, [chatId]));
  return rows[0] ?? null;
}

/** Writes the columns that differ. `tx` must hold the lock. */
export async function writeChatRow(tx: Tx, before: ChatRow, change: ChatChange): Promise<void> {
  const columns = WRITABLE.filter((name) => change[name] !== undefined && change[name] !== before[name]);
  const sets = columns.map((name, i) => `${name} = $${i + 2}`);
  const values = columns.map((name) => {
    const value = change[name];
    return JSON_COLUMNS.has(name) && value !== null ? JSON.stringify(value) : value;
  });
  const text = `update chats set ${[...sets, "updated_at = now()"].join(", ")} where id = $1`;
  await tx.query(prepared(text, [before.id, ...values]));
}
