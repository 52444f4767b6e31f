// The workspace agent runs inside the workspace. This file: what it offers, as types. The agent serves it over HTTP
// (protocol.ts), the client speaks it, tools use it. Imports nothing but core: the folder is copied into containers.

/** Stable codes of the agent's errors. `unreachable` and `unauthorized` are also given by the client, `bad_answer` by it alone. */
export type AgentErrorCode =
  | "bad_request"
  | "unauthorized"
  | "not_found"
  | "outside_workspace"
  | "not_a_file"
  | "not_a_folder"
  | "binary_file"
  | "file_too_large"
  | "no_match"
  | "ambiguous_match"
  | "overlapping_edits"
  | "bad_pattern"
  | "search_timeout"
  | "process_not_found"
  | "process_ended"
  | "too_many_processes"
  | "key_conflict"
  | "outcome_unknown"
  | "permission_denied"
  | "no_space"
  | "io_error"
  | "internal"
  /** What came from the agent's address is larger than its call allows, or of another shape. */
  | "bad_answer"
  | "unreachable";

/** An expected failure in words a model understands: workspace paths only, what is wrong, and what to do instead. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly hint: string | undefined;
  constructor(code: AgentErrorCode, message: string, hint?: string) {
    super(message);
    this.name = "AgentError";
    this.code = code;
    this.hint = hint;
  }
}

// `note` says, where there is need, how to read a result: bytes shown by their numbers, a search that ran out of time, names left out.

/** Lines `first` to `last` of a text file, each as `<number>\t<line>`. */
export interface LinesView {
  readonly path: string;
  readonly content: string;
  readonly start_line: number;
  /** `start_line - 1` when no line is shown. */
  readonly end_line: number;
  readonly total_lines: number;
  /** Whether lines asked for, or the ends of long lines, are missing. */
  readonly truncated: boolean;
  readonly note?: string | undefined;
}

export type EntryType = "file" | "dir" | "symlink" | "other";

export interface FolderEntry {
  readonly name: string;
  readonly type: EntryType;
  /** Bytes; null unless it is a file. */
  readonly size: number | null;
}

export interface FolderView {
  readonly path: string;
  readonly entries: readonly FolderEntry[];
  readonly truncated: boolean;
  readonly note?: string | undefined;
}

export interface GrepView {
  readonly matches: readonly { readonly path: string; readonly line: number; readonly text: string }[];
  readonly truncated: boolean;
  readonly note?: string | undefined;
}

export interface PathsView {
  readonly paths: readonly string[];
  readonly truncated: boolean;
  readonly note?: string | undefined;
}

/** Looking at files below one root. Paths are relative to it; absolute ones must lie below it. Nothing outside is ever read. */
export interface FileViews {
  /** At most 2,000 lines and 64 KiB of JSON. Throws `binary_file`, `file_too_large`, `not_found` with the nearest names … */
  readLines(
    args: { readonly path: string; readonly start_line?: number; readonly end_line?: number },
    signal: AbortSignal,
  ): Promise<LinesView>;
  listDir(args: { readonly path?: string }, signal: AbortSignal): Promise<FolderView>;
  grep(
    args: {
      readonly pattern: string;
      readonly path?: string;
      readonly glob?: string;
      readonly ignore_case?: boolean;
    },
    signal: AbortSignal,
  ): Promise<GrepView>;
  findFiles(
    args: { readonly pattern: string; readonly path?: string },
    signal: AbortSignal,
  ): Promise<PathsView>;
}

export interface FileStat {
  readonly path: string;
  readonly type: EntryType;
  readonly size: number;
  readonly modified_at: string;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  /** False: a file of that name was replaced. */
  readonly created: boolean;
  readonly note?: string | undefined;
}

export interface FileEdits {
  readonly path: string;
  readonly edits: readonly {
    readonly search: string;
    readonly replace: string;
    readonly replace_all?: boolean;
  }[];
}

export interface EditedFile {
  readonly path: string;
  readonly replacements: number;
  readonly bytes: number;
  readonly note?: string | undefined;
}

/**
 * Changing files. `key` names the effect (a tool call's id): asked again under the same key, the agent gives the first
 * answer and does nothing; when it died in between, `outcome_unknown`.
 */
export interface FileChanges {
  stat(args: { readonly path: string }, signal: AbortSignal): Promise<FileStat>;
  /** Raw bytes of a range; fewer at the end of the file. */
  readBytes(
    args: { readonly path: string; readonly offset: number; readonly length: number },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  /** Atomic: readers see the old content or the new. Makes missing folders, keeps the mode of a replaced file. */
  writeFile(
    args: { readonly key: string; readonly path: string; readonly content: string },
    signal: AbortSignal,
  ): Promise<WrittenFile>;
  /** Exact replacements in several files, all or nothing; each search must match once unless `replace_all`. */
  editFiles(
    args: { readonly key: string; readonly files: readonly FileEdits[] },
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly EditedFile[] }>;
}

export type ProcessState =
  | "running"
  /** It ended, and `exit_code` or `signal` tells how. */
  | "exited"
  /** The agent died while it ran: how it ended is not known, and it is never started again under its key. */
  | "lost";

export interface ProcessInfo {
  /** Chosen by the caller (a tool call's id): `[\w.-]{1,100}`; the process's name for ever. */
  readonly key: string;
  readonly command: string;
  readonly cwd: string;
  readonly state: ProcessState;
  readonly pid: number | null;
  readonly exit_code: number | null;
  /** `SIGTERM` …; null unless a signal ended it. */
  readonly signal: string | null;
  /** Why it could not be started (no such folder …), in words; `exit_code` is then 127 or 126. */
  readonly start_error: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  /** By the agent's clock: since the start, or from start to end. */
  readonly elapsed_ms: number;
  /** Bytes of output so far, stdout and stderr in the order they came. */
  readonly output_bytes: number;
  /** First byte still kept; 0 unless the spool had to drop its beginning. */
  readonly output_kept_from: number;
}

export interface ProcessStart {
  readonly key: string;
  /** Run by `/bin/bash -c` (else `/bin/sh -c`) in a process group of its own. */
  readonly command: string;
  /** Below the root; the root when absent. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps stdin open for `writeInput`; else it is /dev/null. */
  readonly stdin?: boolean;
}

export interface OutputRange {
  /** Where `bytes` begins: the offset asked for, or the first byte kept when that is later. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly process: ProcessInfo;
}

export type ProcessEvent =
  | { readonly type: "output"; readonly offset: number; readonly bytes: Uint8Array }
  /** The process has ended, or was lost, and all of its output kept has been given. The last event. */
  | { readonly type: "ended"; readonly process: ProcessInfo };

export type ProcessSignal =
  | "SIGINT"
  | "SIGTERM"
  | "SIGKILL"
  | "SIGHUP"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGSTOP"
  | "SIGCONT";

/** Processes of the workspace, kept by the agent whoever started them. */
export interface Processes {
  /** Starts the process, or finds the one started under this key. Throws `key_conflict` when that ran another command. */
  start(
    spec: ProcessStart,
    signal: AbortSignal,
  ): Promise<{ readonly process: ProcessInfo; readonly created: boolean }>;
  get(key: string, signal: AbortSignal): Promise<ProcessInfo>;
  /** Newest first, ended ones of late included. */
  list(signal: AbortSignal): Promise<readonly ProcessInfo[]>;
  /** A range of the output; waits up to `wait_ms` for a byte at `offset` or the end. At most 1 MiB. */
  output(
    args: {
      readonly key: string;
      readonly offset: number;
      readonly max_bytes?: number;
      readonly wait_ms?: number;
    },
    signal: AbortSignal,
  ): Promise<OutputRange>;
  /** Output from `offset` on, as it comes, until the process has ended. Aborting `signal` leaves the process alone. */
  follow(
    args: { readonly key: string; readonly offset: number },
    signal: AbortSignal,
  ): AsyncIterable<ProcessEvent>;
  /** To the whole process group. Nothing happens when it has ended. */
  signal(
    args: { readonly key: string; readonly signal: ProcessSignal },
    signal: AbortSignal,
  ): Promise<ProcessInfo>;
  writeInput(
    args: { readonly key: string; readonly text: string; readonly end?: boolean },
    signal: AbortSignal,
  ): Promise<ProcessInfo>;
}

export interface AgentHealth {
  readonly version: string;
  /** New with each start of the daemon. */
  readonly instance_id: string;
  readonly started_at: string;
  /** What the workspace's root is called inside. */
  readonly root: string;
}

/** Everything the agent does, wherever it is. */
export interface AgentApi {
  health(signal: AbortSignal): Promise<AgentHealth>;
  readonly files: FileViews & FileChanges;
  readonly processes: Processes;
}
