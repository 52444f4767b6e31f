// A call whose server asks people before it answers (2026-07-28): the call ends with the questions, and is made again with the
// answers. What nobody has to be asked about is settled here at once.
import { setTimeout as sleep } from "node:timers/promises";
import { questionBytesMax, questionsPerCallMax } from "../../core/chat/limits.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { jsonLength } from "../../core/text/truncate.ts";
import type { Asker, Question, QuestionAnswer } from "../../core/tool/question.ts";
import type { ResumedCall, ToolOutput } from "../../tools/tool.ts";
import { errorOutput } from "../../tools/tool-error.ts";
import type { McpAnswer, McpResume } from "../connection/call-tool.ts";
import { roundBytesMax, roundPauseMs, roundsMax } from "../limits.ts";
import { type ReadQuestion, readQuestion } from "./read-question.ts";
import { questionNote, toolOutput } from "./tool-result.ts";

/** What is kept with the questions, and comes back with the answers. */
interface Round {
  /** Rounds so far, this one included. */
  readonly count: number;
  /** The server's own; null: it has none. */
  readonly state: string | null;
  /** The names under which the server wants the answers, in the order of the questions. */
  readonly keys: readonly string[];
  /** Those that nobody could be asked. */
  readonly declined: readonly string[];
  /** Said of questions with the result. */
  readonly notes: readonly string[];
}

const FIRST: Round = { count: 0, state: null, keys: [], declined: [], notes: [] };

export interface RoundsInput {
  readonly asked_by: Asker;
  readonly resumed: ResumedCall | undefined;
  readonly signal: AbortSignal;
  /** @param resume absent: the call is made for the first time */
  readonly call: (resume?: McpResume) => Promise<McpAnswer>;
}

/** Throws what `call` throws. */
export async function callInRounds({ asked_by, resumed, signal, call }: RoundsInput): Promise<ToolOutput> {
  let round = resumed === undefined ? FIRST : (resumed.resume as unknown as Round);
  let answers = resumed?.answers ?? [];
  for (;;) {
    const answer = await call(round.count === 0 ? undefined : resumeOf(round, answers));
    if (answer.type === "done") return toolOutput(answer.result, [...round.notes, ...answer.notes]);
    if (round.count >= roundsMax)
      return errorOutput(
        `The MCP server ${asked_by.name} asked more than ${roundsMax} times for one call. It was not completed.`,
      );
    const read = readRequests(answer.requests);
    if (typeof read === "string")
      return errorOutput(
        `The MCP server ${asked_by.name} asked for ${read}, which it cannot have here. The call was not completed.`,
      );
    const { questions, ...more } = read;
    round = {
      count: round.count + 1,
      state: answer.state,
      keys: more.keys,
      declined: more.declined,
      notes: [...round.notes, ...more.notes],
    };
    if (jsonLength(round as unknown as JsonObject) > roundBytesMax)
      return errorOutput(
        `The MCP server ${asked_by.name} wants too much to be kept. The call was not completed.`,
      );
    if (questions.length > 0)
      return {
        result: {},
        is_error: false,
        asks: { asked_by, questions, resume: round as unknown as JsonObject },
      };
    answers = [];
    // The server wants to be asked again, perhaps because it is busy.
    await sleep(roundPauseMs, undefined, { signal });
  }
}

function resumeOf({ state, keys, declined }: Round, answers: readonly QuestionAnswer[]): McpResume {
  const declines = declined.map((key) => [key, DECLINE] as const);
  const given = keys.map((key, at) => [key, answers[at] ?? DECLINE] as const);
  return { state, responses: Object.fromEntries([...declines, ...given]) };
}

const DECLINE: QuestionAnswer = { action: "decline" };

interface ReadRequests extends Pick<Round, "keys" | "declined" | "notes"> {
  readonly questions: readonly Question[];
}

/** A text: the server wants something else than to ask a person. */
function readRequests(requests: Readonly<Record<string, unknown>>): ReadRequests | string {
  const questions: Question[] = [];
  const keys: string[] = [];
  const declined: string[] = [];
  const notes: string[] = [];
  let left = questionBytesMax;
  for (const [at, [key, request]] of Object.entries(requests).entries()) {
    const { method, params } = isRecord(request) ? request : {};
    if (method !== "elicitation/create") return `\`${String(method).slice(0, 100)}\``;
    const read = at < readsMax ? readQuestion(params) : UNREAD;
    left -= read.ok ? jsonLength(read.question) : 0;
    const isTooMuch = questions.length >= questionsPerCallMax || left < 0;
    if (read.ok && !isTooMuch) {
      questions.push(read.question);
      keys.push(key);
    } else {
      declined.push(key);
      const { message, why } = read.ok
        ? { message: read.question.message, why: "It asked too much at once" }
        : read;
      notes.push(questionNote(message, why));
    }
  }
  return { questions, keys, declined, notes };
}

/** Of one round. What could not be asked is read, too, to say so. */
const readsMax = 4 * questionsPerCallMax;
const UNREAD: ReadQuestion = { ok: false, message: "", why: "It asked too much at once" };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
