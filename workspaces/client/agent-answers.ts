// Checks what an agent answers, call by call: how many bytes, how many values, and which fields. The agent's own limits lie
// below these; whatever is beyond them does not come from our agent.
import type * as z from "zod";
import { toolResultBytesMax } from "../../core/chat/limits.ts";
import { AgentError } from "../agent/agent-error.ts";
import { answers, errorSchema } from "../agent/wire/answers.ts";
import { outputBytesMax } from "../agent/wire/protocol.ts";
import { boundedJson, type JsonBounds } from "./bounded-json.ts";

export type AnswerName = keyof typeof answers;
export type AnswerOf<Name extends AnswerName> = z.output<(typeof answers)[Name]>;

const kib = 1024;
// What a view collects has its own limit; a path of 8,192 characters beside it can be six times as long in JSON.
const viewBytesMax = toolResultBytesMax + 64 * kib;
const smallBytesMax = 64 * kib;
// A command of 128 KiB can be six times as long in JSON.
const processBytesMax = kib * kib;
// Errors are sentences; one may quote a long line.
export const errorAnswerBytesMax = 64 * kib;
/** An `output` and a `process` frame with their heads. */
export const outputAnswerBytesMax = outputBytesMax + processBytesMax + kib;

export const answerBytesMax: Readonly<Record<AnswerName, number>> = {
  health: 4 * kib,
  lines: viewBytesMax,
  folder: viewBytesMax,
  grep: viewBytesMax,
  paths: viewBytesMax,
  stat: smallBytesMax,
  written: smallBytesMax,
  edited: kib * kib,
  process: processBytesMax,
  started: processBytesMax,
  // 250 of them, their commands cut to 1,000 characters.
  processes: 2 * kib * kib,
};

// The deepest answer is an object with a list of objects, the longest one has 300 processes of 16 values each.
const answerBounds: JsonBounds = { depthMax: 4, nodesMax: 5_000 };
const frameBounds: JsonBounds = { depthMax: 4, nodesMax: 64 };

/** The answer, checked. Throws `bad_answer`. */
export function readAnswer<Name extends AnswerName>(body: Uint8Array, name: Name): AnswerOf<Name> {
  return checked(answers[name] as unknown as z.ZodType<AnswerOf<Name>>, parsed(body));
}

/** JSON in a frame: a process, or an error. Throws an Error in words. */
export function parseFrameJson(body: Uint8Array): unknown {
  return boundedJson(body, frameBounds);
}

export function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const given = schema.safeParse(value);
  if (given.success) return given.data;
  const [fault] = given.error.issues;
  throw badAnswer(`${fault?.path.join(".") ?? ""}: ${fault?.message ?? "unknown"}`);
}

function parsed(body: Uint8Array): unknown {
  try {
    return boundedJson(body, answerBounds);
  } catch (error) {
    throw badAnswer(error instanceof SyntaxError ? "it is no JSON" : (error as Error).message);
  }
}

/** @param why what is wrong with the answer, in words */
export function badAnswer(why: string): AgentError {
  return new AgentError(
    "bad_answer",
    `The workspace's agent answered what is not its protocol (${why}). Something in the workspace may have taken its place.`,
    "stop_workspace and start_workspace start it afresh.",
  );
}

/** The agent's own words, as an error. Null when they are not. */
export function errorIn(value: unknown): AgentError | null {
  const { data } = errorSchema.safeParse(value);
  return data === undefined ? null : new AgentError(data.code, data.message, data.hint);
}

/** As `errorIn`, of a whole answer; whatever else answers there is told by its status. */
export function errorOf(body: Uint8Array, status: number | undefined): AgentError {
  try {
    const { error } = parseFrameJson(body) as { readonly error?: unknown };
    const known = errorIn(error);
    if (known !== null) return known;
  } catch {
    // Not the agent's words.
  }
  return badAnswer(`HTTP status ${status}`);
}
