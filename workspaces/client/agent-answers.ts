// Workspaces: what an agent may answer, call by call: how many bytes, how many values, and which fields. The agent's own limits
// (agent/files/file-limits.ts, agent/protocol.ts) lie below these; whatever is beyond them is no agent of ours.
import * as z from "zod";
import { toolResultBytesMax } from "../../core/chat/limits.ts";
import { AgentError } from "../agent/api.ts";
import {
  findPathsMax,
  grepMatchesMax,
  listEntriesMax,
  readRangeBytesMax,
} from "../agent/files/file-limits.ts";
import { isErrorCode, outputBytesMax } from "../agent/wire/protocol.ts";
import { type JsonLimits, parseBounded } from "./bounded-json.ts";

/** A kind of answer: its limits and its shape. */
export interface AnswerKind<Value> {
  readonly bytesMax: number;
  readonly limits: JsonLimits;
  readonly shape: z.ZodType<Value>;
}

// The deepest answer is an object with a list of objects.
const depthMax = 4;
const kib = 1024;
// Errors are sentences; one may quote a long line.
export const errorAnswerBytesMax = 64 * kib;
const errorCharsMax = 8_000;
const smallBytesMax = 64 * kib;
// What a view collects has its own limit; a path of 8,192 characters beside it can be six times as long in JSON.
const viewBytesMax = toolResultBytesMax + 64 * kib;
// A command of 128 KiB can be six times as long in JSON.
const processBytesMax = kib * kib;
// 250 of them, their commands cut to 1,000 characters.
const processListBytesMax = 2 * kib * kib;
const processesMax = 300;
const changedFilesMax = 50;
const nodesOf = (items: number, fields: number) => 64 + items * (2 * fields + 4);

// Half a character is none: such text could be neither stored nor sent on.
const text = z.string().transform((given) => given.toWellFormed());
const count = z.int().min(0);
const date = z.string().max(64);
const entryType = z.enum(["file", "dir", "symlink", "other"]);
const truncated = z.boolean();
const note = text.optional();

const processShape = z.object({
  key: z.string().max(100),
  command: text,
  cwd: text,
  state: z.enum(["running", "exited", "lost"]),
  pid: z.int().nullable(),
  exit_code: z.int().nullable(),
  signal: z.string().max(32).nullable(),
  start_error: text.nullable(),
  started_at: date,
  ended_at: date.nullable(),
  // Waits are reckoned with it.
  elapsed_ms: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  output_bytes: count,
  output_kept_from: count,
});

function kind<Value>(shape: z.ZodType<Value>, bytesMax: number, nodesMax = 64): AnswerKind<Value> {
  return { shape, bytesMax, limits: { nodesMax, depthMax } };
}

export const answers = {
  health: kind(
    z.object({ version: z.string().max(32), instance_id: z.string().max(64), started_at: date, root: text }),
    4 * kib,
  ),
  lines: kind(
    z.object({
      path: text,
      content: text,
      start_line: count,
      end_line: count,
      total_lines: count,
      truncated,
      note,
    }),
    viewBytesMax,
  ),
  folder: kind(
    z.object({
      path: text,
      entries: z.array(z.object({ name: text, type: entryType, size: count.nullable() })).max(listEntriesMax),
      truncated,
      note,
    }),
    viewBytesMax,
    nodesOf(listEntriesMax, 3),
  ),
  grep: kind(
    z.object({
      matches: z.array(z.object({ path: text, line: count, text })).max(grepMatchesMax),
      truncated,
      note,
    }),
    viewBytesMax,
    nodesOf(grepMatchesMax, 3),
  ),
  paths: kind(
    z.object({ paths: z.array(text).max(findPathsMax), truncated, note }),
    viewBytesMax,
    nodesOf(findPathsMax, 1),
  ),
  stat: kind(z.object({ path: text, type: entryType, size: count, modified_at: date }), smallBytesMax),
  written: kind(z.object({ path: text, bytes: count, created: z.boolean(), note }), smallBytesMax),
  edited: kind(
    z.object({
      files: z.array(z.object({ path: text, replacements: count, bytes: count, note })).max(changedFilesMax),
    }),
    kib * kib,
    nodesOf(changedFilesMax, 4),
  ),
  process: kind(z.object({ process: processShape }), processBytesMax),
  started: kind(z.object({ process: processShape, created: z.boolean() }), processBytesMax),
  processes: kind(
    z.object({ processes: z.array(processShape).max(processesMax) }),
    processListBytesMax,
    nodesOf(processesMax, 13),
  ),
} as const;

/** The process of a frame, which was parsed by `parseFrameJson`. */
export const processAnswer: z.ZodType<z.infer<typeof processShape>> = processShape;

// Not JSON.
export const rawBytesMax = readRangeBytesMax;
/** An `output` and a `process` frame with their heads. */
export const outputAnswerBytesMax = outputBytesMax + processBytesMax + kib;

/** The answer, checked. Throws `bad_answer`. */
export function readAnswer<Value>(body: Uint8Array, { limits, shape }: AnswerKind<Value>): Value {
  return checked(shape, parsed(body, limits));
}

/** JSON in a frame: a process, or an error. */
export function parseFrameJson(body: Uint8Array): unknown {
  return parseBounded(body, { nodesMax: 64, depthMax });
}

export function checked<Value>(shape: z.ZodType<Value>, value: unknown): Value {
  const given = shape.safeParse(value);
  if (given.success) return given.data;
  const [fault] = given.error.issues;
  throw badAnswer(`${fault?.path.join(".") ?? ""}: ${fault?.message ?? "unknown"}`);
}

function parsed(body: Uint8Array, limits: JsonLimits): unknown {
  try {
    return parseBounded(body, limits);
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

const errorShape = z.object({
  code: z.string(),
  message: text.transform((words) => words.slice(0, errorCharsMax).toWellFormed()),
  hint: text.transform((words) => words.slice(0, errorCharsMax).toWellFormed()).optional(),
});

/** The agent's own words, as an error. */
export function errorIn(value: unknown): AgentError | null {
  const given = errorShape.safeParse(value);
  if (!given.success || !isErrorCode(given.data.code)) return null;
  const { code, message, hint } = given.data;
  return new AgentError(code, message, hint);
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
