// What each request of protocol.ts may hold. Unknown and misspelt fields are refused, and values come out with their fields in
// the order written here, so that the same request has the same digest. The messages complete "<field> must be …".
import * as z from "zod";
import { AgentError } from "../agent-error.ts";
import { environmentBytesMax, environmentEntriesMax } from "../agent-limits.ts";
import {
  commandBytesMax,
  inputBytesMax,
  keyPattern,
  leashMaxMs,
  outputBytesMax,
  outputWaitMaxMs,
  terminalColsMax,
  terminalRowsMax,
} from "./protocol.ts";

const text = z.string("a text");
const flag = z.boolean("true or false");

function integer(min: number, max: number) {
  const wanted = `a whole number from ${min} to ${max}`;
  return z.int(wanted).min(min, wanted).max(max, wanted);
}

/** An integer as a query has it. */
function digits(min: number, max: number) {
  const given = z.string(`a whole number from ${min} to ${max}`);
  return given
    .transform((word) => (/^\d{1,16}$/.test(word) ? Number(word) : Number.NaN))
    .pipe(integer(min, max));
}

function list<Item extends z.ZodType>(item: Item, countMax: number) {
  const wanted = `a list of at most ${countMax}`;
  return z.array(item, wanted).max(countMax, wanted);
}

function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, "an object");
}

/** The kernel ends texts at a NUL: what comes after it would be missing, and nobody would know. */
const withoutNul = text.refine((given) => !given.includes("\0"), "a text without NUL");

// Any length: the operations on files refuse long paths with better messages.
const path = text;
const line = integer(1, Number.MAX_SAFE_INTEGER);
const offset = integer(0, Number.MAX_SAFE_INTEGER);
const queryOffset = digits(0, Number.MAX_SAFE_INTEGER);
// The files' own limits refuse with better words; these only keep the numbers sane.
const filesMax = 1_000;
const editsMax = 10_000;

/** A path that leads through a link is refused. */
const refuseLinks = flag.exactOptional();

const edit = object({ search: text, replace: text, replace_all: flag.exactOptional() });

// POSIX names of variables; a shell cannot set others either.
const variableName = text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable");

export const environmentSchema = z
  .record(variableName, withoutNul, "an object of texts, by names of variables")
  .refine(
    (given) => Object.keys(given).length <= environmentEntriesMax,
    `at most ${environmentEntriesMax} variables`,
  )
  .refine((given) => bytesOf(given) <= environmentBytesMax, `at most ${environmentBytesMax} bytes`);

function bytesOf(environment: Readonly<Record<string, string>>): number {
  return Object.entries(environment).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value),
    0,
  );
}

function fits(bytesMax: number) {
  return (given: string) => Buffer.byteLength(given) <= bytesMax;
}

export const keySchema = text.regex(keyPattern, `a text like ${keyPattern.source}`);

const terminalSize = object({ cols: integer(1, terminalColsMax), rows: integer(1, terminalRowsMax) });

const signals = [
  "SIGINT",
  "SIGTERM",
  "SIGKILL",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGSTOP",
  "SIGCONT",
] as const;

export const requests = {
  readLines: object({ path, start_line: line.exactOptional(), end_line: line.exactOptional() }),
  list: object({ path: path.exactOptional() }),
  stat: object({ path }),
  readBytes: object({ path, offset, length: integer(0, outputBytesMax) }),
  write: object({ path, content: text, refuse_links: refuseLinks }),
  /** In the query; the bytes are the body. */
  writeBytes: object({ path }),
  edit: object({
    files: list(object({ path, edits: list(edit, editsMax) }), filesMax),
    refuse_links: refuseLinks,
  }),
  grep: object({
    pattern: text,
    path: path.exactOptional(),
    glob: text.exactOptional(),
    ignore_case: flag.exactOptional(),
  }),
  find: object({ pattern: text, path: path.exactOptional() }),
  start: object({
    key: keySchema,
    command: withoutNul.refine(
      fits(commandBytesMax),
      `at most ${commandBytesMax} bytes long: write it to a file and run that`,
    ),
    cwd: withoutNul.exactOptional(),
    env: environmentSchema.exactOptional(),
    stdin: flag.exactOptional(),
    /** It is ended when nobody has followed its output for so long. */
    leash_ms: integer(1_000, leashMaxMs).exactOptional(),
    /** It gets a terminal of this size, as programs for people want one. Its input is open. */
    terminal: terminalSize.exactOptional(),
  }),
  signal: object({ signal: z.enum(signals, `one of ${signals.join(", ")}`) }),
  input: object({
    text: text.refine(fits(inputBytesMax), `at most ${inputBytesMax} bytes`),
    end: flag.exactOptional(),
  }),
  resize: terminalSize,
  output: object({
    offset: queryOffset,
    max_bytes: digits(1, outputBytesMax).exactOptional(),
    wait_ms: digits(0, outputWaitMaxMs).exactOptional(),
  }),
  follow: object({ offset: queryOffset }),
} as const;

/** The value as it is to be used; `where` names it. Throws `bad_request`. */
export function readRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const given = schema.safeParse(value);
  if (given.success) return given.data;
  const [issue] = given.error.issues;
  throw new AgentError("bad_request", issue === undefined ? `${where} is refused.` : wordsOf(issue, where));
}

function wordsOf(issue: z.core.$ZodIssue, where: string): string {
  const field = issue.path.reduce<string>(
    (before, step) => before + (typeof step === "number" ? `[${step}]` : `.${String(step)}`),
    where,
  );
  if (issue.code === "unrecognized_keys") return `Unknown field ${field}.${issue.keys[0]}.`;
  const inner = issue.code === "invalid_key" ? issue.issues[0] : undefined;
  return `${field} must be ${(inner ?? issue).message}.`;
}
