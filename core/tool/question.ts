// Questions that a tool's server asks a person while a call of it is under way (SPEC C4), and their answers.
import type { JsonObject, JsonValue } from "../part/part.ts";

export const ANSWER_ACTIONS = ["accept", "decline", "cancel"] as const;
export type AnswerAction = (typeof ANSWER_ACTIONS)[number];

/** `form`: wants values that fit a flat JSON schema of an object. `url`: wants somebody to open a page, where the rest happens. */
export type Question = { readonly message: string } & (
  | { readonly mode: "form"; readonly schema: JsonObject }
  | { readonly mode: "url"; readonly url: string }
);

export interface QuestionAnswer {
  readonly action: AnswerAction;
  /** Of an accepted form. */
  readonly content?: JsonObject;
}

/** Whose question it is. */
export interface Asker {
  readonly mcp_server_id: string;
  readonly name: string;
}

/** What a tool wants to have answered before its call can go on. */
export interface ToolQuestions {
  readonly asked_by: Asker;
  readonly questions: readonly Question[];
  /** Opaque: given back to the tool with the answers. */
  readonly resume: JsonValue;
}

/** A question with its answer, as it is kept with the call. */
export interface KeptQuestion {
  /** Unique in the call. */
  readonly id: string;
  readonly question: Question;
  readonly asked_at: string;
  /** Null: it may take as long as it likes. */
  readonly deadline_at: string | null;
  /** Null: nobody has answered. */
  readonly answer: (QuestionAnswer & AnsweredBy) | null;
  /** Nobody can answer any more: the time is over, or whoever asked is gone. */
  readonly is_over?: boolean;
}

export interface AnsweredBy {
  readonly by: string | null;
  readonly api_key_id: string | null;
  readonly at: string;
}

/** All questions of a call so far. */
export interface CallQuestions {
  readonly asked_by: Asker;
  readonly resume: JsonValue;
  readonly kept: readonly KeptQuestion[];
  /** Those that were asked together last, in the order of the tool. */
  readonly round: readonly string[];
}

export function isOpen({ answer, is_over }: KeptQuestion): boolean {
  return answer === null && is_over !== true;
}

/** The answers to the last questions that were asked together. What nobody could answer is declined. */
export function answersOf({ kept, round }: CallQuestions): readonly QuestionAnswer[] {
  return round.map((id) => {
    const answer = kept.find((one) => one.id === id)?.answer ?? null;
    if (answer === null) return { action: "decline" };
    const { action, content } = answer;
    return { action, ...(content !== undefined && { content }) };
  });
}
