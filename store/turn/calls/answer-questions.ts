// Takes people's answers to the questions of a call's server (SPEC C4, D6).
import { Refusal } from "../../../core/chat/refusal.ts";
import {
  type CallQuestions,
  isOpen,
  type KeptQuestion,
  type QuestionAnswer,
} from "../../../core/tool/question.ts";
import { tellWorkflow } from "../../outbox/tell-workflow.ts";
import { readTail } from "../../row/messages.ts";
import type { Unit } from "../../unit.ts";
import { transition } from "../transition.ts";
import { keepQuestions } from "./ask-questions.ts";
import { formFaults } from "./form-faults.ts";
import { readOpenBatch } from "./open-batch.ts";
import { proceed } from "./proceed.ts";

export interface GivenAnswer extends QuestionAnswer {
  readonly tool_call_id: string;
  readonly question_id: string;
}

export interface AnswerQuestionsInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly answers: readonly GivenAnswer[];
  readonly answered_by: string;
  /** The API key that was used; null: none was. */
  readonly key_id: string | null;
}

/**
 * Answers questions, singly or together: all of them, or none. Each is answered once: of racing answers the first one wins. A call goes
 * on when all its questions are answered.
 * Throws `Refusal` `chat_not_found`, `chat_archived`, `not_awaiting_results`, `unknown_question`, `answer_refused`.
 */
export async function answerQuestions(unit: Unit, input: AnswerQuestionsInput): Promise<void> {
  const { chat_id, owner_id, answers } = input;
  const begin = { name: "answer_question", chat_id, owner_id, refusal: "not_awaiting_results" } as const;
  await transition(unit, begin, async (draft) => {
    const { waiting } = await readOpenBatch(unit.tx, chat_id, await readTail(unit.tx, chat_id));
    const asked = new Map(
      waiting.flatMap(({ questions, call }) => (questions === null ? [] : [[call.tool_call_id, questions]])),
    );
    if (asked.size === 0) throw new Refusal("not_awaiting_results");
    requireOpen(asked, answers);
    requireFit(asked, answers);
    for (const [tool_call_id, questions] of asked) {
      const own = answers.filter((answer) => answer.tool_call_id === tool_call_id);
      if (own.length > 0)
        await keepQuestions(unit.tx, { chat_id, tool_call_id }, withAnswers(questions, own, input));
    }
    await proceed(draft);
    await tellWorkflow(draft, { kind: "start", signal: "questionAnswered" });
  });
}

function openQuestion(
  asked: ReadonlyMap<string, CallQuestions>,
  { tool_call_id, question_id }: Pick<GivenAnswer, "tool_call_id" | "question_id">,
): KeptQuestion | undefined {
  return asked.get(tool_call_id)?.kept.find((one) => one.id === question_id && isOpen(one));
}

function requireOpen(asked: ReadonlyMap<string, CallQuestions>, answers: readonly GivenAnswer[]): void {
  const given = new Set<string>();
  const faults = answers.flatMap((answer, at) => {
    const path = `answers[${at}].question_id`;
    if (openQuestion(asked, answer) === undefined)
      return [{ path, message: "names no question of this call that is open" }];
    const name = JSON.stringify([answer.tool_call_id, answer.question_id]);
    if (given.has(name)) return [{ path, message: "names a question twice" }];
    given.add(name);
    return [];
  });
  if (faults.length > 0) throw new Refusal("unknown_question", undefined, faults);
}

function requireFit(asked: ReadonlyMap<string, CallQuestions>, answers: readonly GivenAnswer[]): void {
  const faults = answers.flatMap((answer, at) =>
    contentFaults(openQuestion(asked, answer), answer).map(({ path, message }) => ({
      path: `answers[${at}].content${path === "" ? "" : `.${path}`}`,
      message,
    })),
  );
  if (faults.length > 0) throw new Refusal("answer_refused", undefined, faults);
}

function contentFaults(
  kept: KeptQuestion | undefined,
  { action, content }: GivenAnswer,
): readonly { readonly path: string; readonly message: string }[] {
  const question = kept?.question;
  if (question === undefined) return [];
  const isForm = question.mode === "form";
  if (action !== "accept" || !isForm)
    return content === undefined ? [] : [{ path: "", message: "only an accepted form has content" }];
  if (content === undefined) return [{ path: "", message: "an accepted form needs its content" }];
  return formFaults(question.schema, content);
}

function withAnswers(
  questions: CallQuestions,
  answers: readonly GivenAnswer[],
  { answered_by, key_id }: AnswerQuestionsInput,
): CallQuestions {
  const at = new Date().toISOString();
  const kept = questions.kept.map((one) => {
    const answer = answers.find(({ question_id }) => question_id === one.id);
    if (answer === undefined || !isOpen(one)) return one;
    const { action, content } = answer;
    const said = { action, ...(content !== undefined && { content }) };
    return { ...one, answer: { ...said, by: answered_by, api_key_id: key_id, at } };
  });
  return { ...questions, kept };
}
