// What the workflow of a turn that waits does to it: deadlines pass, and calls that ran beside the wait end.
import type { StepOutcome } from "../../../core/chat/step-outcome.ts";
import type { Tx } from "../../database.ts";
import { change, type Settling } from "../settling.ts";
import { isAnswered, proceed, readAwaitStep } from "./proceed.ts";

/** Null: the wait is over, and the turn goes on. */
export async function continueWait(
  settling: Settling,
  ended: readonly string[],
): Promise<StepOutcome | null> {
  const { unit, chat } = settling;
  const lost = await closeCalls(unit.tx, chat.id, ended);
  const isChanged = lost + (await expireCalls(unit.tx, chat.id)) > 0;
  const step = await readAwaitStep(unit, chat.id);
  // A run that ended between the last result and its commit has left a wait for nothing.
  if (isChanged || ended.length > 0 || isAnswered(step)) {
    await change(settling, isChanged ? "expire_deadline" : "submit_results", (draft) => proceed(draft));
    if (settling.chat.status === "running") return null;
  }
  return { type: "next", step, snapshot_version: settling.chat.snapshot_version };
}

/** Calls that ended without leaving a result are not run again. Returns how many there were. */
async function closeCalls(tx: Tx, chatId: string, ended: readonly string[]): Promise<number> {
  if (ended.length === 0) return 0;
  const { rowCount } = await tx.query(
    `insert into tool_executions as t (chat_id, tool_call_id, tool_name, finished_at, result, is_error)
     select $1, id, '', now(), $3, true from unnest($2::text[]) as id
     on conflict (chat_id, tool_call_id) do update set finished_at = now(), result = $3, is_error = true
     where t.finished_at is null`,
    [chatId, ended, JSON.stringify({ error: "The tool gave no result: its worker was lost too often." })],
  );
  return rowCount ?? 0;
}

async function expireCalls(tx: Tx, chatId: string): Promise<number> {
  const { rowCount } = await tx.query(
    `update tool_executions set finished_at = now(), decision = 'expired', decided_at = now(), result = $2, is_error = true
     where chat_id = $1 and decision is null and finished_at is null and deadline_at <= now()`,
    [chatId, JSON.stringify({ error: "The call was cancelled: nobody answered it in time." })],
  );
  return rowCount ?? 0;
}
