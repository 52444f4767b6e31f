// Keeps the questions that a running tool call asks a person (SPEC C4), shows them with the chat, and ends those that nobody can
// answer any more.

import type { JsonValue } from "../../../core/part/part.ts";
import {
  type Asker,
  type CallQuestions,
  isOpen,
  type KeptQuestion,
  type Question,
} from "../../../core/tool/question.ts";
import type { Tx } from "../../database.ts";
import { readTail } from "../../row/messages.ts";
import { lockInUnit, type Unit } from "../../unit.ts";
import { type CallRef, isTurnOpen } from "../agents/once-for-call.ts";
import { transition } from "../transition.ts";
import { enterWait, proceed } from "./proceed.ts";

export interface AskQuestionsInput {
  readonly call: CallRef;
  /** Of the claim that asks. */
  readonly scheduled_ms: number;
  readonly asked_by: Asker;
  readonly questions: readonly Question[];
  /** Opaque; kept for the call that brings the answers. */
  readonly resume: JsonValue;
  /** How long the running call waits for the answers; null: it has ended, and is made again with them. */
  readonly held_ms: number | null;
  /** Equal where the same is asked again, as the commit of the first time was not heard of. */
  readonly key: string;
}

const NOTHING = { resume: null, round: [] };

interface CallRow {
  readonly questions: CallQuestions | null;
  readonly question_open: boolean;
}

const CLAIMED = `select questions, question_open from tool_executions
  where chat_id = $1 and tool_call_id = $2 and finished_at is null and scheduled_ms = $3 for update`;

/** An ended call is held by no worker; the next claim of it is the first of another effect. */
const KEEP = `update tool_executions set questions = $3, question_open = true, question_held = $4, is_held = is_held and $4,
    attempts_before = case when $4 then attempts_before else attempts end
  where chat_id = $1 and tool_call_id = $2`;

/** Returns the ids of the questions; null: the call's turn has ended, or another attempt has the call, and nobody is asked. */
export async function askQuestions(unit: Unit, input: AskQuestionsInput): Promise<readonly string[] | null> {
  const { chat_id, turn_id, tool_call_id } = input.call;
  const chat = await lockInUnit(unit, chat_id);
  if (chat === null || !isTurnOpen(chat, turn_id)) return null;
  const { rows } = await unit.tx.query<CallRow>(CLAIMED, [chat_id, tool_call_id, input.scheduled_ms]);
  const [row] = rows;
  if (row === undefined) return null;
  const ids = input.questions.map((_question, at) => `${input.key}.${at + 1}`);
  const kept = row.questions?.kept ?? [];
  if (kept.some(({ id }) => id === ids[0])) return ids;
  const added = input.questions.map((question, at) =>
    newQuestion(`${input.key}.${at + 1}`, question, input.held_ms),
  );
  const { asked_by, held_ms } = input;
  // What the call itself was made again with stays as it is while it asks more.
  const { resume, round } =
    held_ms === null ? { resume: input.resume, round: ids } : (row.questions ?? NOTHING);
  const questions: CallQuestions = { asked_by, resume, kept: [...kept, ...added], round };
  await unit.tx.query(KEEP, [chat_id, tool_call_id, JSON.stringify(questions), held_ms !== null]);
  await transition(unit, { name: "ask_question", chat_id }, async (draft) =>
    enterWait(draft, await readTail(unit.tx, chat_id)),
  );
  return ids;
}

function newQuestion(id: string, question: Question, heldMs: number | null): KeptQuestion {
  const now = Date.now();
  const deadline_at = heldMs === null ? null : new Date(now + heldMs).toISOString();
  return { id, question, asked_at: new Date(now).toISOString(), deadline_at, answer: null };
}

/**
 * Ends open questions of a call, all or one of them: nobody can answer any more. Returns the call's questions; null: there are none
 * any more.
 */
export async function endQuestions(
  unit: Unit,
  { chat_id, turn_id, tool_call_id }: CallRef,
  id?: string,
): Promise<CallQuestions | null> {
  const chat = await lockInUnit(unit, chat_id);
  if (chat === null || !isTurnOpen(chat, turn_id)) return null;
  const questions = await readQuestions(unit.tx, { chat_id, tool_call_id });
  const isEnded = (one: KeptQuestion) => isOpen(one) && (id === undefined || one.id === id);
  if (questions === null || !questions.kept.some(isEnded)) return questions;
  const kept = questions.kept.map((one) => (isEnded(one) ? { ...one, is_over: true } : one));
  const ended = { ...questions, kept };
  await keepQuestions(unit.tx, { chat_id, tool_call_id }, ended);
  if (chat.status === "requires_action")
    await transition(unit, { name: "end_question", chat_id }, (draft) => proceed(draft));
  return ended;
}

type QuestionedCall = Pick<CallRef, "chat_id" | "tool_call_id">;

export async function readQuestions(
  tx: Pick<Tx, "query">,
  { chat_id, tool_call_id }: QuestionedCall,
): Promise<CallQuestions | null> {
  const { rows } = await tx.query<{ questions: CallQuestions | null }>(
    "select questions from tool_executions where chat_id = $1 and tool_call_id = $2",
    [chat_id, tool_call_id],
  );
  return rows[0]?.questions ?? null;
}

export async function keepQuestions(
  tx: Tx,
  { chat_id, tool_call_id }: QuestionedCall,
  questions: CallQuestions,
): Promise<void> {
  await tx.query(
    "update tool_executions set questions = $3, question_open = $4 where chat_id = $1 and tool_call_id = $2",
    [chat_id, tool_call_id, JSON.stringify(questions), questions.kept.some(isOpen)],
  );
}

/** Whether a call waits for its answers, and how. Null: it asks nothing. */
export async function openQuestionOf(
  tx: Tx,
  { chat_id, tool_call_id }: QuestionedCall,
): Promise<"held" | "ended" | null> {
  const { rows } = await tx.query<{ question_held: boolean }>(
    "select question_held from tool_executions where chat_id = $1 and tool_call_id = $2 and question_open and finished_at is null",
    [chat_id, tool_call_id],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return row.question_held ? "held" : "ended";
}
