// The shapes of the agent's answers. The client checks every answer against them: what runs in a workspace can take the
// agent's place. Fields that a newer agent adds are left out.
import * as z from "zod";
import { errorCodes } from "../agent-error.ts";
import { findPathsMax, grepMatchesMax, listEntriesMax } from "../files/file-limits.ts";

// More than the agent keeps.
const processesListedMax = 300;
// As many files as one edit may change.
const editedFilesMax = 50;

// Replaces lone surrogates: text with one can be neither stored nor sent on.
const text = z.string().transform((given) => given.toWellFormed());
// Errors are sentences; one may quote a long line.
const words = z.string().transform((given) => given.slice(0, 8_000).toWellFormed());
const count = z.int().min(0);
const date = z.string().max(64);
const truncated = z.boolean();
// How to read a result, where that needs words: bytes shown by their numbers, a search that ran out of time, names left out.
const note = text.optional();
const entryType = z.enum(["file", "dir", "symlink", "other"]);

export const processSchema = z.object({
  /** Chosen by the caller (a tool call's id); the process's name for ever. */
  key: z.string().max(100),
  command: text,
  cwd: text,
  /** `lost`: the agent died while it ran. How it ended is not known, and it is never started again under its key. */
  state: z.enum(["running", "exited", "lost"]),
  pid: z.int().nullable(),
  exit_code: z.int().nullable(),
  /** `SIGTERM` …; null unless a signal ended it. */
  signal: z.string().max(32).nullable(),
  /** Why it could not be started (no such folder …), in words; `exit_code` is then 127 or 126. */
  start_error: text.nullable(),
  started_at: date,
  ended_at: date.nullable(),
  /** By the agent's clock: since the start, or from start to end. */
  elapsed_ms: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  /** Bytes of output so far, stdout and stderr in the order they came. */
  output_bytes: count,
  /** First byte still kept; 0 unless the beginning had to be dropped. */
  output_kept_from: count,
  /** In lists: how many processes that it started run on after its end. Agents before 2.1 do not tell. */
  survivors: count.exactOptional(),
});

export const answers = {
  health: z.object({
    version: z.string().max(32),
    /** New with each start of the agent. */
    instance_id: z.string().max(64),
    started_at: date,
    /** What the workspace's root is called inside. */
    root: text,
  }),
  /** Lines `start_line` to `end_line` of a text file, each as `<number>\t<line>`. */
  lines: z.object({
    path: text,
    content: text,
    start_line: count,
    /** `start_line - 1` when no line is shown. */
    end_line: count,
    total_lines: count,
    /** Whether lines asked for, or the ends of long lines, are missing. */
    truncated,
    note,
  }),
  folder: z.object({
    path: text,
    /** Sizes are in bytes; null unless it is a file. */
    entries: z.array(z.object({ name: text, type: entryType, size: count.nullable() })).max(listEntriesMax),
    truncated,
    note,
  }),
  grep: z.object({
    matches: z.array(z.object({ path: text, line: count, text })).max(grepMatchesMax),
    truncated,
    note,
  }),
  paths: z.object({ paths: z.array(text).max(findPathsMax), truncated, note }),
  stat: z.object({ path: text, type: entryType, size: count, modified_at: date }),
  /** `created` is false when a file of that name was replaced. */
  written: z.object({ path: text, bytes: count, created: z.boolean(), note }),
  edited: z.object({
    files: z.array(z.object({ path: text, replacements: count, bytes: count, note })).max(editedFilesMax),
  }),
  process: z.object({ process: processSchema }),
  started: z.object({ process: processSchema, created: z.boolean() }),
  processes: z.object({ processes: z.array(processSchema).max(processesListedMax) }),
} as const;

/** In `{"error": …}` of an answer, and in an `error` frame. */
export const errorSchema = z.object({
  code: z.enum(errorCodes),
  message: words,
  hint: words.exactOptional(),
});
