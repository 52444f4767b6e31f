// The workspace agent runs inside the workspace. This file: the requests of protocol.ts, as what may be in them.
import { environmentBytesMax, environmentEntriesMax } from "../agent-limits.ts";
import { AgentError, type ProcessSignal, type ProcessStart } from "../api.ts";
import { commandBytesMax, inputBytesMax, keyPattern, outputBytesMax, outputWaitMaxMs } from "./protocol.ts";
import { digits, type Field, flag, integer, list, object, oneOf, text } from "./request-fields.ts";

// Of any length: the files refuse what is too long in better words.
const path = text();
const lineNumber = integer(1, Number.MAX_SAFE_INTEGER);
const offset = integer(0, Number.MAX_SAFE_INTEGER);
// The files' own limits refuse with better words; these only keep the numbers sane.
const filesMax = 1_000;
const editsMax = 10_000;

export const readLinesShape = object({ path }, { start_line: lineNumber, end_line: lineNumber });
export const listShape = object({}, { path });
export const statShape = object({ path }, {});
export const readBytesShape = object({ path, offset, length: integer(0, outputBytesMax) }, {});
export const writeShape = object({ path, content: text() }, {});
const edit = object({ search: text(), replace: text() }, { replace_all: flag });
export const editShape = object(
  { files: list(object({ path, edits: list(edit, editsMax) }, {}), filesMax) },
  {},
);
export const grepShape = object({ pattern: text() }, { path, glob: text(), ignore_case: flag });
export const findShape = object({ pattern: text() }, { path });

export const key = text({ pattern: keyPattern });

// POSIX names of variables; others cannot be set by a shell either.
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const environment: Field<Readonly<Record<string, string>>> = (value, where) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AgentError("bad_request", `${where} must be an object of texts.`);
  }
  const entries = Object.entries(value);
  let bytes = 0;
  for (const [name, one] of entries) {
    if (!variableName.test(name)) throw new AgentError("bad_request", `${where} has no such name: ${name}.`);
    bytes += name.length + Buffer.byteLength(withoutNul(one, `${where}.${name}`));
  }
  if (entries.length > environmentEntriesMax || bytes > environmentBytesMax) {
    throw new AgentError("bad_request", `${where} is too large.`);
  }
  return Object.fromEntries(entries);
};

const command: Field<string> = (value, where) => {
  const given = withoutNul(value, where);
  if (Buffer.byteLength(given) <= commandBytesMax) return given;
  const hint = "Write it to a file and run that.";
  throw new AgentError("bad_request", `The command is longer than ${commandBytesMax} bytes.`, hint);
};

export const startShape: Field<ProcessStart> = object(
  { key, command },
  { cwd: withoutNulPath, env: environment, stdin: flag },
);

function withoutNulPath(value: unknown, where: string): string {
  return withoutNul(path(value, where), where);
}

/** The kernel ends texts at a NUL: what comes after would silently be missing. */
function withoutNul(value: unknown, where: string): string {
  const given = text()(value, where);
  if (given.includes("\0")) throw new AgentError("bad_request", `${where} must not contain NUL.`);
  return given;
}

const signals: readonly ProcessSignal[] = [
  "SIGINT",
  "SIGTERM",
  "SIGKILL",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGSTOP",
  "SIGCONT",
];
export const signalShape = object({ signal: oneOf(signals) }, {});
export const inputShape = object({ text: text({ bytesMax: inputBytesMax }) }, { end: flag });

const queryOffset = digits(0, Number.MAX_SAFE_INTEGER);
export const outputShape = object(
  { offset: queryOffset },
  { max_bytes: digits(1, outputBytesMax), wait_ms: digits(0, outputWaitMaxMs) },
);
export const followShape = object({ offset: queryOffset }, {});
