// What the workspace agent offers, as types. The agent serves it (wire/protocol.ts), the client speaks it, tools use it. The
// fields of requests and answers come from the schemas that both sides check them with.
import type * as z from "zod";
import type { answers } from "./wire/answers.ts";
import type { requests } from "./wire/requests.ts";

export { AgentError, type AgentErrorCode } from "./agent-error.ts";

type DeepReadonly<Value> = Value extends object
  ? { readonly [Field in keyof Value]: DeepReadonly<Value[Field]> }
  : Value;
type Request<Name extends keyof typeof requests> = DeepReadonly<z.output<(typeof requests)[Name]>>;
type Answer<Name extends keyof typeof answers> = DeepReadonly<z.output<(typeof answers)[Name]>>;

export type LinesView = Answer<"lines">;
export type FolderView = Answer<"folder">;
export type FolderEntry = FolderView["entries"][number];
export type EntryType = FolderEntry["type"];
export type GrepView = Answer<"grep">;
export type PathsView = Answer<"paths">;
export type FileStat = Answer<"stat">;
export type WrittenFile = Answer<"written">;
export type EditedFile = Answer<"edited">["files"][number];
export type FileEdits = Request<"edit">["files"][number];
export type ProcessInfo = Answer<"process">["process"];
export type ProcessStart = Request<"start">;
export type ProcessSignal = Request<"signal">["signal"];
export type AgentHealth = Answer<"health">;

/** Looking at files below one root. Paths are relative to it; absolute ones must lie below it. Nothing outside is ever read. */
export interface FileViews {
  /** At most 2,000 lines and 64 KiB of JSON. Throws `binary_file`, `file_too_large`, `not_found` with the nearest names … */
  readonly readLines: (args: Request<"readLines">, signal: AbortSignal) => Promise<LinesView>;
  readonly listDir: (args: Request<"list">, signal: AbortSignal) => Promise<FolderView>;
  readonly grep: (args: Request<"grep">, signal: AbortSignal) => Promise<GrepView>;
  readonly findFiles: (args: Request<"find">, signal: AbortSignal) => Promise<PathsView>;
  readonly stat: (args: Request<"stat">, signal: AbortSignal) => Promise<FileStat>;
  /** Raw bytes of a range, at most 1 MiB; fewer at the end of the file. */
  readonly readBytes: (args: Request<"readBytes">, signal: AbortSignal) => Promise<Uint8Array>;
}

/** `key` names the effect (a tool call's id), or the process. */
type Keyed<Args> = Args & { readonly key: string };

/**
 * Changing files. Asked again under the same key, the agent gives the first answer and does nothing; when it died in between,
 * `outcome_unknown`.
 */
export interface FileChanges {
  /** Atomic: readers see the old content or the new. Makes missing folders, keeps the mode of a replaced file. */
  readonly writeFile: (args: Keyed<Request<"write">>, signal: AbortSignal) => Promise<WrittenFile>;
  /** The same with any bytes. An agent from before 2.2 throws `bad_request`. */
  readonly writeBytes: (
    args: Keyed<Request<"writeBytes">> & { readonly bytes: Uint8Array },
    signal: AbortSignal,
  ) => Promise<WrittenFile>;
  /** Exact replacements in several files, all or nothing; each search must match once unless `replace_all`. */
  readonly editFiles: (args: Keyed<Request<"edit">>, signal: AbortSignal) => Promise<Answer<"edited">>;
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

/** Processes of the workspace, kept by the agent whoever started them. */
export interface Processes {
  /**
   * Starts the process, or finds the one started under this key. Throws `key_conflict` when that ran another command, and
   * `no_terminal` where it is to have one and none can be made.
   */
  readonly start: (spec: ProcessStart, signal: AbortSignal) => Promise<Answer<"started">>;
  readonly get: (key: string, signal: AbortSignal) => Promise<ProcessInfo>;
  /** Newest first, ended ones of late included. */
  readonly list: (signal: AbortSignal) => Promise<readonly ProcessInfo[]>;
  /** A range of the output; waits up to `wait_ms` for a byte at `offset` or the end. At most 1 MiB. */
  readonly output: (args: Keyed<Request<"output">>, signal: AbortSignal) => Promise<OutputRange>;
  /** Output from `offset` on, as it comes, until the process has ended. Aborting `signal` leaves the process alone. */
  readonly follow: (args: Keyed<Request<"follow">>, signal: AbortSignal) => AsyncIterable<ProcessEvent>;
  /** To all that the process has started, also after its end. Nothing happens when nothing is left. */
  readonly signal: (args: Keyed<Request<"signal">>, signal: AbortSignal) => Promise<ProcessInfo>;
  readonly writeInput: (args: Keyed<Request<"input">>, signal: AbortSignal) => Promise<ProcessInfo>;
  /** Of a process that was started with a terminal. Throws `process_ended`, and `bad_request` where it has none. */
  readonly resize: (args: Keyed<Request<"resize">>, signal: AbortSignal) => Promise<ProcessInfo>;
}

/** Everything the agent does, wherever it is. */
export interface AgentApi {
  health(signal: AbortSignal): Promise<AgentHealth>;
  readonly files: FileViews & FileChanges;
  readonly processes: Processes;
}
