// Writes the tool message of a step: one message for all calls, with the results in call order.
import { toolCallsPerStepMax } from "../../core/chat/limits.ts";
import type { CallDecision } from "../../core/chat/message.ts";
import { repeatsMax, repeatsNoticedMin, timesInARow, withRepeatNotices } from "../../core/chat/turn-brake.ts";
import type { JsonObject, JsonValue, ToolCallPart, ToolResultPart } from "../../core/part/part.ts";
import { episodeName } from "../../core/part/stream-part.ts";
import type { CallQuestions } from "../../core/tool/question.ts";
import {
  callsWithoutResult,
  cancelledResult,
  insertMessage,
  type MessageRow,
  readTail,
} from "../row/messages.ts";
import { takeTodos } from "../row/todos.ts";
import type { Draft } from "../unit.ts";
import { type ToolExecution, takeToolExecutions } from "./calls/tool-executions.ts";
import { polls, readStepsBefore } from "./turn-steps.ts";

/** Calls past the limit are never run; the model is told why, so that it asks again for fewer. */
const TOO_MANY = `The call was not run: at most ${toolCallsPerStepMax} calls are run in one step.`;

/**
 * Answers every open call of the chat: with the result its tool left, else with an error that gives `reason`. Exactly
 * once, since an answered call is no longer open (SPEC S4, L1, L13). Null when no call is open.
 */
export async function settleOpenCalls(draft: Draft, reason: string): Promise<MessageRow | null> {
  const tail = await readTail(draft.unit.tx, draft.before.id);
  const calls = callsWithoutResult(tail);
  if (calls.length === 0) return null;
  const ids = calls.map((call) => call.tool_call_id);
  const done = new Map<string, ToolExecution>();
  for (const row of await takeToolExecutions(draft.unit.tx, draft.before.id, ids))
    done.set(row.tool_call_id, row);
  const at = new Date().toISOString();
  const content = calls.map((call, place) => {
    const execution = done.get(call.tool_call_id);
    if (execution?.finished_at != null) return resultOf(call, execution);
    return cancelledResult(call, place < toolCallsPerStepMax ? reason : TOO_MANY, at);
  });
  takeTodos(draft, content);
  return insertMessage(draft, {
    role: "tool",
    content: await noticed(draft, tail, content),
    closes: outputEpisodes(draft, [...done.values()]),
    ...decisionsOf(calls, done),
  });
}

/** The results, with a word where the agent goes in circles (SPEC L15). Mostly one earlier step shows that it does not. */
async function noticed(
  draft: Draft,
  [answer, ...after]: readonly MessageRow[],
  content: readonly ToolResultPart[],
): Promise<readonly ToolResultPart[]> {
  const { before, unit } = draft;
  if (answer?.role !== "assistant" || after.length > 0 || before.turn_steps < repeatsNoticedMin)
    return content;
  const calls = callsWithoutResult([answer]);
  const read = (steps: number) => readStepsBefore(unit.tx, before, { before_id: answer.id, steps });
  const [previous] = await read(1);
  const pairs = calls.flatMap((call, place) => {
    const result = content[place];
    return result === undefined || previous === undefined ? [] : [timesInARow(call, result, [previous])];
  });
  if (!pairs.some((times) => times > 1)) return content;
  return withRepeatNotices(calls, content, { earlier: await read(repeatsMax - 1), polls: polls(unit) });
}

/** Each claim of a call began an episode of its output; all of them are over. */
function outputEpisodes(draft: Draft, executions: readonly ToolExecution[]): string[] {
  return executions.flatMap(({ tool_call_id, attempts }) =>
    Array.from({ length: attempts }, (_, i) =>
      episodeName(draft.before.history_version, i + 1, tool_call_id),
    ),
  );
}

/** Who decided what about the calls, and when, in call order (SPEC D6). */
function decisionsOf(
  calls: readonly ToolCallPart[],
  done: ReadonlyMap<string, ToolExecution>,
): { readonly decisions?: readonly CallDecision[] } {
  const decisions = calls.flatMap(({ tool_call_id }): CallDecision[] => {
    const by = done.get(tool_call_id);
    const answers = answersTo(tool_call_id, by?.questions ?? null);
    if (by?.kind !== "approval" || by.decided_at === null) return answers;
    return [
      {
        tool_call_id,
        approved: by.decision === "approved",
        ...(by.edited_args !== null && { args: by.edited_args }),
        ...(by.reason !== null && { reason: by.reason }),
        by: by.decided_by,
        api_key_id: by.decided_key,
        at: new Date(by.decided_at).toISOString(),
      },
      ...answers,
    ];
  });
  return decisions.length === 0 ? {} : { decisions };
}

function answersTo(tool_call_id: string, questions: CallQuestions | null): CallDecision[] {
  return (questions?.kept ?? []).flatMap(({ id, question: { message }, answer }): CallDecision[] => {
    if (answer === null) return [];
    const { by, api_key_id, at, ...said } = answer;
    const question = { question_id: id, message, ...said };
    return [{ tool_call_id, approved: said.action === "accept", question, by, api_key_id, at }];
  });
}

/** The model must know that not its own arguments were used. */
function withEdited(result: JsonValue, edited: JsonObject | null): JsonValue {
  if (edited === null) return result;
  const note = { note: "A person changed the arguments before the call was run.", arguments_used: edited };
  return isJsonObject(result) ? { ...result, ...note } : { result, ...note };
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function resultOf(call: ToolCallPart, execution: ToolExecution): ToolResultPart {
  return {
    type: "tool-result",
    tool_call_id: call.tool_call_id,
    tool_name: call.tool_name,
    result: withEdited(execution.result, execution.edited_args),
    is_error: execution.is_error ?? false,
    ...(execution.truncated === true && { truncated: true }),
    ...(execution.files !== null && { files: execution.files }),
    created_at: execution.finished_at as string,
  };
}
