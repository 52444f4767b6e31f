// The transition `fork`: a new chat that begins with the history of another one (SPEC E6).
import { forkedMessagesMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { type ChatRow, LOCKED_COLUMNS } from "../row/chat-row.ts";
import { readMessage } from "../row/messages.ts";
import { untold } from "../row/todos.ts";
import { settleOpenCalls } from "../turn/settle-calls.ts";
import { changed } from "../turn/transition.ts";
import { addInsertedToUnit, type Draft, lockInUnit, type Unit, writeLocked } from "../unit.ts";
import { COPY_HISTORY, type CopiedHistory, LAST_SHOWN } from "./copy-history.ts";
import { requireHistory } from "./require-history.ts";

export interface ForkChatInput {
  /** UUIDv7 of the new chat. */
  readonly id: string;
  /** The chat that is forked. */
  readonly chat_id: string;
  readonly owner_id: string;
  /** The last message that the new chat has; absent: the newest that is committed. */
  readonly message_id?: number | undefined;
  readonly title: (source: string) => string;
  readonly expected_history_version?: number | undefined;
}

type Column = Exclude<keyof ChatRow, "owner_usage_limit">;

/**
 * What becomes of each column: `copied` from the source, or as in a `new` chat. Those that name messages get the ids of the copies.
 * A column that is missing here does not compile: whoever adds one decides.
 */
const COLUMNS = {
  id: "new",
  owner_id: "copied",
  parent_chat_id: "new",
  root_chat_id: "new",
  workspace_id: "copied",
  project_path: "copied",
  project_id: "copied",
  profile: "copied",
  title: "new",
  title_by_user: "new",
  title_version: "new",
  system_prompt: "copied",
  status: "new",
  last_error: "new",
  retry: "new",
  required_action: "new",
  model_config_id: "copied",
  reasoning_effort: "copied",
  turn_model_config_id: "copied",
  turn_reasoning_effort: "copied",
  labels: "copied",
  pin_order: "new",
  archived: "new",
  plan_mode: "copied",
  // The copied history may tell an older list, so the model is told anew.
  todos: "copied",
  debug: "copied",
  dynamic_tools: "copied",
  agent_type: "new",
  spawned_turn_id: "new",
  has_agents: "new",
  report_untold: "new",
  mcp_server_ids: "copied",
  // Read anew: the copied messages already tell most of it.
  context: "new",
  builtin_tools: "copied",
  approval_policy: "copied",
  client_tool_deadline_s: "copied",
  turn_options: "new",
  last_turn_summary: "new",
  summary_turn_id: "new",
  current_turn_id: "new",
  turn_steps: "new",
  queue_length: "new",
  snapshot_version: "new",
  history_version: "new",
  generation_attempt: "new",
  reset_version: "new",
  provider_failures: "new",
  retry_waited_ms: "new",
  no_output_failures: "new",
  lost_attempts: "new",
  attempt_open: "new",
  compaction: "new",
  overflow_turn_id: "new",
  learnt_context_limit: "copied",
  unsealed: "new",
  attempt_scheduled_ms: "new",
  attempt_worker_id: "new",
  last_read_message_id: "new",
  outcome_run_id: "new",
  outcome_activity_id: "new",
  outcome: "new",
  created_at: "new",
  updated_at: "new",
} as const satisfies Record<Column, "copied" | "new">;

const COPIED = (Object.keys(COLUMNS) as Column[]).filter((name) => COLUMNS[name] === "copied").join(", ");

const INSERT = `insert into chats (id, root_chat_id, title, title_by_user, status, snapshot_version, ${COPIED})
  select $2, $2, $3, true, 'waiting', 0, ${COPIED} from chats where id = $1`;

const PLACE = `update chats set current_turn_id = $2, last_read_message_id = $3, unsealed = $4 where id = $1
  returning ${LOCKED_COLUMNS}`;

const OPEN_CALL = "The call was not run in this chat: the chat was forked before its result was there.";

/**
 * Makes a resting chat with the history up to a message, whatever state the source is in: of a turn that runs, what is
 * committed. The source is locked meanwhile, and not changed. Throws `Refusal` `chat_not_found`, `message_not_found`,
 * `history_changed`, `history_too_long`.
 */
export async function forkChat(unit: Unit, input: ForkChatInput): Promise<ChatRow> {
  const source = await lockInUnit(unit, input.chat_id);
  if (source === null || source.owner_id !== input.owner_id) throw new Refusal("chat_not_found");
  requireHistory(source, input.expected_history_version);
  const until = await lastMessage(unit, input);
  const title = input.title(source.title);
  await unit.tx.query(INSERT, [source.id, input.id, title]);
  const copied = await copyHistory(unit, source.id, { id: input.id, until });
  const { rows } = await unit.tx.query<ChatRow>(PLACE, [
    input.id,
    copied.turn_id,
    copied.last_id ?? 0,
    JSON.stringify(copied.unsealed ?? {}),
  ]);
  const before = rows[0] as ChatRow;
  addInsertedToUnit(unit, before);
  const draft: Draft = {
    unit,
    before,
    version: 1,
    change: { snapshot_version: 1, ...(before.todos !== null && { todos: untold(before.todos) }) },
    // A new chat starts with history version 1: there is no earlier version.
    touchHistory: () => undefined,
  };
  await settleOpenCalls(draft, OPEN_CALL);
  const chat = { ...before, ...draft.change };
  await writeLocked(unit, chat);
  unit.announcements.push(changed(chat));
  return chat;
}

/** Where the copy ends; 0: before the first message. The result of a call that only people see comes along with it. */
async function lastMessage(unit: Unit, { chat_id, message_id }: ForkChatInput): Promise<number> {
  if (message_id === undefined) return Number.MAX_SAFE_INTEGER;
  const message = await readMessage(unit.tx, chat_id, message_id);
  if (message === null || message.visibility === "model") throw new Refusal("message_not_found");
  if (message.role !== "assistant" || message.visibility !== "user") return message_id;
  const { rows } = await unit.tx.query<{ id: number }>(LAST_SHOWN, [chat_id, message_id]);
  return rows[0]?.id ?? message_id;
}

async function copyHistory(
  unit: Unit,
  source: string,
  fork: { readonly id: string; readonly until: number },
): Promise<CopiedHistory> {
  const counted = await unit.tx.query<{ count: number }>(
    "select count(*)::int as count from messages where chat_id = $1 and id between 0 and $2 and deleted_at is null",
    [source, fork.until],
  );
  if ((counted.rows[0]?.count ?? 0) > forkedMessagesMax) {
    throw new Refusal("history_too_long", `at most ${forkedMessagesMax} messages are copied`);
  }
  const { rows } = await unit.tx.query<CopiedHistory>(COPY_HISTORY, [source, fork.id, fork.until]);
  return rows[0] as CopiedHistory;
}
