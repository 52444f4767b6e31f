// Claims tool calls before they run, and keeps their results until the step is settled.
import type { JsonObject, JsonValue, ResultFile } from "../../../core/part/part.ts";
import type { CallQuestions } from "../../../core/tool/question.ts";
import type { Queryable, Tx } from "../../database.ts";

export interface ToolExecution {
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** How often it was claimed; more than once means that a worker was lost with it. */
  readonly attempts: number;
  /** Workers that died with it: claims that were neither finished nor released. */
  readonly lost_workers: number;
  readonly finished_at: string | null;
  readonly result: JsonValue;
  readonly is_error: boolean | null;
  readonly truncated: boolean | null;
  readonly files: readonly ResultFile[] | null;
  /** What somebody was asked; null: nobody was. */
  readonly kind: string | null;
  readonly decision: string | null;
  readonly decided_at: Date | string | null;
  readonly decided_by: string | null;
  readonly decided_key: string | null;
  readonly reason: string | null;
  /** What a person has put in place of the model's arguments. */
  readonly edited_args: JsonObject | null;
  /** What its server has asked people. */
  readonly questions: CallQuestions | null;
  /** Claims that ended with a question: what came after the answers is another effect. */
  readonly attempts_before: number;
  /** When Temporal scheduled the attempt that claimed it last. */
  readonly scheduled_ms: number;
}

const COLUMNS = `tool_call_id, tool_name, attempts, lost_workers, finished_at, result, is_error, truncated, files, kind,
  decision, decided_at, decided_by, decided_key, reason, edited_args, questions, attempts_before, scheduled_ms`;

export interface ToolClaim {
  readonly chat_id: string;
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** When Temporal scheduled the attempt that claims, by its own clock. */
  readonly scheduled_ms: number;
  /** The worker that claims. */
  readonly worker_id?: string | undefined;
}

/**
 * Claims a call, or finds what an earlier claim has made of it. Null: an attempt scheduled later has claimed it; this one
 * was given up, and its worker has woken since. What somebody is still asked about is claimed by nobody.
 */
export async function claimToolCall(tx: Tx, claim: ToolClaim): Promise<ToolExecution | null> {
  const { rows } = await tx.query<ToolExecution>(
    `insert into tool_executions as t (chat_id, tool_call_id, tool_name, attempts, scheduled_ms, is_held, worker_id)
     values ($1, $2, $3, 1, $4, true, $5)
     on conflict (chat_id, tool_call_id) do update set attempts = t.attempts + 1, scheduled_ms = $4,
       lost_workers = t.lost_workers + (t.is_held and t.finished_at is null)::int, is_held = true, worker_id = $5
     where t.scheduled_ms <= $4 and (t.kind is null or t.decision is not null) and not t.question_open returning ${COLUMNS}`,
    [claim.chat_id, claim.tool_call_id, claim.tool_name, claim.scheduled_ms, claim.worker_id ?? null],
  );
  return rows[0] ?? null;
}

/**
 * The worker lives and hands the call on (a shutdown, an error of ours, a Temporal that was out of reach): no worker was lost. The
 * next claim counts none, and one that has counted it already takes it back.
 */
export async function releaseToolCall(
  db: Queryable,
  claim: Omit<ToolClaim, "tool_name" | "worker_id">,
): Promise<void> {
  await db.query(
    `update tool_executions set is_held = is_held and scheduled_ms <> $3,
       lost_workers = greatest(lost_workers - (scheduled_ms > $3)::int, 0)
     where chat_id = $1 and tool_call_id = $2 and finished_at is null`,
    [claim.chat_id, claim.tool_call_id, claim.scheduled_ms],
  );
}

export interface ToolOutcome {
  readonly chat_id: string;
  readonly tool_call_id: string;
  readonly result: JsonValue;
  readonly is_error: boolean;
  readonly truncated: boolean;
  readonly files?: readonly ResultFile[] | undefined;
}

/** Keeps the first result of a call; a second one, of a zombie attempt, changes nothing. */
export async function finishToolCall(db: Queryable, outcome: ToolOutcome): Promise<void> {
  await db.query(
    `update tool_executions set finished_at = now(), result = $3, is_error = $4, truncated = $5, files = $6
     where chat_id = $1 and tool_call_id = $2 and finished_at is null`,
    [
      outcome.chat_id,
      outcome.tool_call_id,
      JSON.stringify(outcome.result),
      outcome.is_error,
      outcome.truncated,
      outcome.files === undefined || outcome.files.length === 0 ? null : JSON.stringify(outcome.files),
    ],
  );
}

/**
 * The calls that some worker has claimed: what they began may still run, and only they end it. No other call is claimed any
 * more while the turn is being interrupted. In any other state all calls are named: an edit deletes their claims.
 */
export async function findBegunCalls(
  db: Queryable,
  input: { readonly chat_id: string; readonly turn_id: number; readonly tool_call_ids: readonly string[] },
): Promise<string[]> {
  const { rows } = await db.query<{ call: string }>(
    `select call from unnest($3::text[]) as call, chats c
     where c.id = $1 and (c.status <> 'interrupting' or c.current_turn_id is distinct from $2
       or exists (select from tool_executions t where t.chat_id = c.id and t.tool_call_id = call and t.attempts > 0))`,
    [input.chat_id, input.turn_id, input.tool_call_ids],
  );
  return rows.map((row) => row.call);
}

/** Takes the executions of these calls out of the table: their results are now part of the history. */
export async function takeToolExecutions(
  tx: Tx,
  chatId: string,
  ids: readonly string[],
): Promise<ToolExecution[]> {
  const { rows } = await tx.query<ToolExecution>(
    `delete from tool_executions where chat_id = $1 and tool_call_id = any($2) returning ${COLUMNS}`,
    [chatId, ids],
  );
  return rows;
}
