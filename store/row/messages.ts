// The history of a chat. Only transitions write it.

import type {
  CallDecision,
  FinishReason,
  Role,
  StoredMessage,
  Usage,
  Visibility,
} from "../../core/chat/message.ts";
import type { StructuredOutput } from "../../core/output/structured-output.ts";
import type { Part, ToolCallPart, ToolResultPart } from "../../core/part/part.ts";
import type { TurnOptions } from "../../core/tool/turn-options.ts";
import type { UsageKind } from "../../core/usage/usage-record.ts";
import { prepared, type Queryable, type Tx } from "../database.ts";
import type { Draft } from "../unit.ts";
import { USAGE_RECORD_COLUMNS, usageOfMessage, usagePlaces, usageValues } from "../usage/usage-records.ts";
import { noteMessageFiles } from "./message-files.ts";

/** A stored message with what only the store knows. */
export interface MessageRow extends Omit<StoredMessage, "structured_output" | "structured_output_error"> {
  readonly reasoning_effort: string | null;
  readonly deleted_at: string | null;
  readonly version: number;
  readonly closes: readonly string[];
  /** For a boundary: the user messages before it that follow it word for word. */
  readonly keeps: readonly number[] | null;
  readonly turn_options: TurnOptions | null;
  readonly structured_output: StructuredOutput | null;
}

export interface NewMessage {
  readonly role: Role;
  readonly content: readonly Part[];
  /** If absent, the chat's current turn. `"own"`: this message starts a turn. */
  readonly turn?: "own" | number;
  readonly visibility?: Visibility;
  readonly model_config_id?: string | null;
  readonly reasoning_effort?: string | null;
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly started_at?: string | null;
  readonly finished_at?: string | null;
  readonly provider_response_id?: string | null;
  readonly usage?: Usage | null;
  readonly finish_reason?: FinishReason | null;
  /** By the price at the time of the call; null if there is no price. */
  readonly cost_micros?: number | null;
  /**
   * Name of the model call that wrote it, unique in the chat; it is billed together with the message. Absent if no call
   * wrote it.
   */
  readonly call?: string;
  /** What that call was for; if absent, an answer of a turn. */
  readonly usage_kind?: UsageKind;
  readonly runtime_ms?: number | null;
  readonly interrupted?: boolean;
  readonly created_by?: string | null;
  /** Episodes whose parts this message replaces. */
  readonly closes?: readonly string[];
  /** If set, a boundary that keeps these user messages from before it (SPEC K3, K4). */
  readonly keeps?: readonly number[];
  readonly decisions?: readonly CallDecision[];
  /** Of a message that begins a turn. */
  readonly turn_options?: TurnOptions | null;
  /** Of the last answer of a turn with an `output_schema`. */
  readonly structured_output?: StructuredOutput;
}

export const MESSAGE_COLUMNS = `chat_id, id, turn_id, role, content, content_version, visibility, model_config_id, reasoning_effort,
  provider, model, started_at, finished_at, provider_response_id, usage, finish_reason, cost_micros, runtime_ms,
  interrupted, compressed, created_by, created_at, deleted_at, version, closes, keeps, decisions,
  turn_options, structured_output`;

const INSERTED_COLUMNS = `chat_id, id, turn_id, role, content, visibility, model_config_id, reasoning_effort, provider,
  model, started_at, finished_at, provider_response_id, usage, finish_reason, runtime_ms, interrupted, created_by,
  closes, version, cost_micros, compressed, keeps, decisions, turn_options, structured_output`;
/** How many values `insertMessage` passes before those of the record. */
const MESSAGE_VALUES = 25;
const INSERT = `with new_id as (select nextval('message_ids') as id)
  insert into messages (${INSERTED_COLUMNS})
  select $1, new_id.id, coalesce($2::bigint, new_id.id), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    $16, $17, $18, $19, $20, $21, $22, $23, $24, $25 from new_id returning ${MESSAGE_COLUMNS}`;
/** Message and bill in one statement: a commit has no round trip to spare, and there is never one without the other. */
const INSERT_BOOKED = `with booked as (
  insert into usage_records (${USAGE_RECORD_COLUMNS}) values (${usagePlaces(MESSAGE_VALUES + 1)})
  on conflict do nothing), ${INSERT.slice("with ".length)}`;

/** Appends a message to the history of the draft's chat, and bills the model call that wrote it. */
export async function insertMessage(draft: Draft, message: NewMessage): Promise<MessageRow> {
  draft.touchHistory();
  const turn = message.turn ?? draft.change.current_turn_id ?? draft.before.current_turn_id ?? "own";
  const record = usageOfMessage(draft.before, message);
  const { rows } = await draft.unit.tx.query<MessageRow>(
    prepared(record === null ? INSERT : INSERT_BOOKED, [
      draft.before.id,
      turn === "own" ? null : turn,
      message.role,
      JSON.stringify(message.content),
      message.visibility ?? "both",
      message.model_config_id ?? null,
      message.reasoning_effort ?? null,
      message.provider ?? null,
      message.model ?? null,
      message.started_at ?? null,
      message.finished_at ?? null,
      message.provider_response_id ?? null,
      message.usage == null ? null : JSON.stringify(message.usage),
      message.finish_reason ?? null,
      message.runtime_ms ?? null,
      message.interrupted ?? false,
      message.created_by ?? null,
      message.closes ?? [],
      draft.version,
      message.cost_micros ?? null,
      message.keeps !== undefined,
      message.keeps === undefined ? null : JSON.stringify(message.keeps),
      message.decisions === undefined ? null : JSON.stringify(message.decisions),
      message.turn_options == null ? null : JSON.stringify(message.turn_options),
      message.structured_output === undefined ? null : JSON.stringify(message.structured_output),
      ...(record === null ? [] : usageValues(record)),
    ]),
  );
  const inserted = rows[0] as MessageRow;
  await noteMessageFiles(draft.unit.tx, {
    chat_id: inserted.chat_id,
    message_id: inserted.id,
    content: message.content,
  });
  return inserted;
}

export async function readMessage(db: Queryable, chatId: string, id: number): Promise<MessageRow | null> {
  const { rows } = await db.query<MessageRow>(
    `select ${MESSAGE_COLUMNS} from messages where chat_id = $1 and id = $2 and deleted_at is null`,
    [chatId, id],
  );
  return rows[0] ?? null;
}

/** Soft-deletes a message and everything after it, including hidden messages. Returns their ids, oldest first. */
export async function deleteMessagesFrom(draft: Draft, id: number): Promise<number[]> {
  draft.touchHistory();
  const { rows } = await draft.unit.tx.query<{ id: number; role: Role }>(
    `update messages set deleted_at = now(), version = $3
     where chat_id = $1 and id >= $2 and deleted_at is null returning id, role`,
    [draft.before.id, id, draft.version],
  );
  const { context } = draft.before;
  // Instructions that go are read again.
  if (context !== null && rows.some(({ role }) => role === "system")) {
    draft.change.context = { ...context, place: null, tried: null };
  }
  return rows.map((row) => row.id).sort((a, b) => a - b);
}

/**
 * If the planner does not know the start of an open range, it expects a third of the table and reads all of it. It
 * expects few rows from a closed range, and the end of a history has few.
 */
export const ID_MAX = "9223372036854775807";
const FOR_MODEL = `from messages where chat_id = $1 and deleted_at is null and visibility in ('model', 'both')`;
/** Each branch walks along an index: nothing before the boundary is read except what stays. */
const PROMPT = `with boundary as (select id, keeps from messages
    where chat_id = $1 and compressed and deleted_at is null order by id desc limit 1)
  select ${MESSAGE_COLUMNS} ${FOR_MODEL} and id between coalesce((select id from boundary), 0) and ${ID_MAX}
  union all select ${MESSAGE_COLUMNS} ${FOR_MODEL} and role = 'system' and id between 0 and (select id from boundary) - 1
  union all select ${MESSAGE_COLUMNS} ${FOR_MODEL} and id between 0 and (select id from boundary) - 1 and id = any(array(
    select value::bigint from boundary, json_array_elements_text(boundary.keeps)))
  order by id`;

/**
 * The content of the prompt: messages that the model may see, from the newest boundary on, and what stays from before
 * it, by id.
 */
export async function readPromptMessages(db: Queryable, chatId: string): Promise<MessageRow[]> {
  const { rows } = await db.query<MessageRow>(prepared(PROMPT, [chatId]));
  return rows;
}

/** The newest assistant message that may have open calls, and the results after it. */
export async function readTail(tx: Tx, chatId: string): Promise<MessageRow[]> {
  const { rows } = await tx.query<MessageRow>(
    prepared(
      `select ${MESSAGE_COLUMNS} from messages where chat_id = $1 and deleted_at is null and id between coalesce(
       (select max(id) from messages where chat_id = $1 and deleted_at is null and role = 'assistant'),
       (select max(id) from messages where chat_id = $1 and deleted_at is null)) and ${ID_MAX} order by id`,
      [chatId],
    ),
  );
  return rows;
}

/** Tool calls without a result, in call order. Always derived, never stored. */
export function callsWithoutResult(
  messages: readonly { readonly content: readonly Part[] }[],
): ToolCallPart[] {
  const parts = messages.flatMap((message) => message.content);
  const answered = new Set(parts.flatMap((part) => (part.type === "tool-result" ? [part.tool_call_id] : [])));
  return parts.filter(
    (part): part is ToolCallPart => part.type === "tool-call" && !answered.has(part.tool_call_id),
  );
}

/** The result of a call that nobody answered, so that every provider accepts the history (SPEC S4, I1). */
export function cancelledResult(call: ToolCallPart, reason: string, at: string): ToolResultPart {
  return {
    type: "tool-result",
    tool_call_id: call.tool_call_id,
    tool_name: call.tool_name,
    result: { error: reason },
    is_error: true,
    created_at: at,
  };
}
