// The calls of a step that have no result in the history yet, and how far each of them is.
import type { OpenCall, WaitingCall } from "../../../core/chat/decide-next-step.ts";
import { toolCallsPerStepMax } from "../../../core/chat/limits.ts";
import type { RequiredAction, RequiredToolCall } from "../../../core/chat/message.ts";
import type { JsonObject, ToolCallPart } from "../../../core/part/part.ts";
import { callSummary } from "../../../core/prompt/call-summary.ts";
import { truncateJson } from "../../../core/text/truncate.ts";
import { type CallQuestions, isOpen } from "../../../core/tool/question.ts";
import { prepared, type Queryable } from "../../database.ts";
import { callsWithoutResult, type MessageRow } from "../../row/messages.ts";

/** What the table of executions says of a call. */
export interface CallState {
  readonly tool_call_id: string;
  /** What somebody is asked; null: nobody is. Questions of later kinds wait as these do. */
  readonly kind: string | null;
  readonly asked_at: Date | string | null;
  readonly deadline_at: Date | string | null;
  /** Until the deadline, by the database's clock. */
  readonly left_ms: number | null;
  readonly decision: string | null;
  readonly is_finished: boolean;
  readonly parameters: JsonObject | null;
  /** What its server asks people; null: nothing. */
  readonly questions: CallQuestions | null;
  /** The call runs while it is asked. */
  readonly question_held: boolean;
}

export interface WaitingCallState extends CallState {
  readonly kind: string;
  readonly call: ToolCallPart;
}

export interface OpenBatch {
  /** Somebody is asked about these. */
  readonly waiting: readonly WaitingCallState[];
  /** These may run now. */
  readonly local: readonly ToolCallPart[];
  /** These have their results. */
  readonly done: readonly ToolCallPart[];
}

/** What a call's server asks comes after what was asked about the call itself. */
const STATES = `select tool_call_id, case when question_open then 'question' else kind end as kind, asked_at,
    case when not question_open then deadline_at end as deadline_at, case when not question_open then decision end as decision,
    finished_at is not null as is_finished, parameters, case when question_open then questions end as questions, question_held,
    case when not question_open then (extract(epoch from deadline_at - now()) * 1000)::float8 end as left_ms
  from tool_executions where chat_id = $1 and tool_call_id = any($2)`;

/** @param tail the newest assistant message and all after it */
export async function readOpenBatch(
  db: Queryable,
  chatId: string,
  tail: readonly MessageRow[],
): Promise<OpenBatch> {
  const calls = openCallsOf(tail);
  if (calls.length === 0) return { waiting: [], local: [], done: [] };
  const ids = calls.map((call) => call.tool_call_id);
  const { rows } = await db.query<CallState>(prepared(STATES, [chatId, ids]));
  return batchOf(calls, new Map(rows.map((row) => [row.tool_call_id, row])));
}

/** Of a step in which nobody is asked about anything, and nothing has run. */
export function ungatedBatch(tail: readonly MessageRow[]): OpenBatch {
  return batchOf(openCallsOf(tail), new Map());
}

function openCallsOf(tail: readonly MessageRow[]): readonly ToolCallPart[] {
  return callsWithoutResult(tail).filter((call) => call.provider_executed !== true);
}

function batchOf(calls: readonly ToolCallPart[], states: ReadonlyMap<string, CallState>): OpenBatch {
  const waiting: WaitingCallState[] = [];
  const local: ToolCallPart[] = [];
  const done: ToolCallPart[] = [];
  calls.forEach((call, place) => {
    const state = states.get(call.tool_call_id);
    // Those past the limit never run; settling tells the model so. Of a step without questions all are named, as ever.
    if (state?.is_finished || (place >= toolCallsPerStepMax && states.size > 0)) done.push(call);
    else if (state?.kind != null && state.decision === null) {
      const asked_at = state.questions?.kept.find(isOpen)?.asked_at ?? state.asked_at;
      waiting.push({ ...state, kind: state.kind, asked_at, call });
      if (state.kind === "question" && state.question_held) local.push(call);
    } else local.push(call);
  });
  return { waiting, local, done };
}

/** Ids and a few words: its arguments may be large, and the workflow's history keeps what it is told. */
export function openCall(call: ToolCallPart, tellsWords: boolean): OpenCall {
  const { tool_call_id, tool_name } = call;
  const summary = tellsWords ? callSummary(call) : null;
  return { tool_call_id, tool_name, ...(summary !== null && { summary }) };
}

export function waitingCall({ kind, call }: WaitingCallState, tellsWords: boolean): WaitingCall {
  return { ...openCall(call, tellsWords), kind };
}

/** Milliseconds until the nearest deadline; null: there is none. */
export function nearestDeadline(waiting: readonly WaitingCallState[]): number | null {
  const left = waiting.flatMap(({ left_ms }) => (left_ms === null ? [] : [Math.max(0, Math.ceil(left_ms))]));
  return left.length === 0 ? null : Math.min(...left);
}

/** Arguments beyond this are cut in what the chat shows of them: lists of chats carry it. The message has them whole. */
const shownArgsBytesMax = 16 * 1024;

/** What the chat shows of its wait. */
export function requiredAction({ waiting, local }: OpenBatch): RequiredAction {
  const tool_calls = waiting.map((state): RequiredToolCall => {
    const { call, kind, deadline_at, questions } = state;
    const { tool_call_id, tool_name } = call;
    const { value: args, truncated } = truncateJson(call.args, shownArgsBytesMax);
    const shown = { tool_call_id, tool_name, args, kind: kind as RequiredToolCall["kind"] };
    const cut = truncated ? { args_truncated: true } : {};
    if (questions !== null) return { ...shown, ...cut, ...shownQuestions(questions) };
    return { ...shown, deadline_at: isoOf(deadline_at), ...cut };
  });
  const deadlines = tool_calls.flatMap(({ deadline_at }) => (deadline_at == null ? [] : [deadline_at]));
  const deadline = deadlines.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
  const running = local.map(({ tool_call_id }) => tool_call_id);
  return { tool_calls, deadline_at: deadline, running };
}

/** Those that are still open, and the nearest of their deadlines. */
function shownQuestions({ asked_by, kept }: CallQuestions) {
  const open = kept.filter(isOpen);
  const deadlines = open.flatMap(({ deadline_at }) => (deadline_at === null ? [] : [deadline_at]));
  const questions = open.map(({ id, question }) => ({ question_id: id, ...question }));
  return { deadline_at: deadlines.toSorted()[0] ?? null, asked_by, questions };
}

export function isoOf(time: Date | string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
