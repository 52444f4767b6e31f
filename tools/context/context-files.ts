// Reads the small text files that make a chat's context, from a workspace's agent or a folder beside the worker.
import { rgPath } from "@vscode/ripgrep";
import { headOf } from "../../core/text/truncate.ts";
import { raced } from "../../platform/raced.ts";
import { AgentError, type FileChanges, type FileViews } from "../../workspaces/agent/api.ts";
import { createFiles } from "../../workspaces/agent/files/create-files.ts";
import { binaryProbeBytes } from "../../workspaces/agent/files/file-limits.ts";

/** What is needed to read: a workspace's agent has it, and so has a folder. Nothing outside the root is ever read. */
export type ContextFiles = Pick<FileViews & FileChanges, "stat" | "readBytes" | "listDir">;

/** The files below a folder of this machine. @param root real, without links */
export function folderFiles(root: string, placeName: string): ContextFiles {
  const { stat, readBytes, listDir } = createFiles({ root, rgPath, placeName });
  return { stat, readBytes, listDir };
}

/** The longest that one file, or one folder of skills, may take (SPEC C1). */
const readMaxMs = 5_000;

/** Does `work` within five seconds. Rejects with a `TimeoutError`, or the signal's reason. */
export async function inTime<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(readMaxMs)]);
  // An agent that hangs may not hear the signal.
  return raced(work(bounded), bounded);
}

export interface ReadText {
  readonly text: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly is_cut: boolean;
  /** Where it really is, links followed. */
  readonly path: string;
}

/** The beginning of a text file, as valid text. Throws `AgentError`, also where it is no text. */
export async function readText(
  files: ContextFiles,
  { path, bytesMax }: { readonly path: string; readonly bytesMax: number },
  signal: AbortSignal,
): Promise<ReadText> {
  const stat = await files.stat({ path }, signal);
  if (stat.type !== "file") throw new AgentError("not_a_file", "It is no file.");
  const bytes = await files.readBytes({ path, offset: 0, length: Math.min(bytesMax, stat.size) }, signal);
  if (bytes.subarray(0, binaryProbeBytes).includes(0)) throw new AgentError("binary_file", "It is no text.");
  const decoded = new TextDecoder().decode(bytes, { stream: bytes.length < stat.size }).replaceAll("\0", "�");
  const text = headOf(decoded, bytesMax);
  return { text, bytes: stat.size, is_cut: bytes.length < stat.size || text !== decoded, path: stat.path };
}

export function isMissing(error: unknown): boolean {
  return error instanceof AgentError && (error.code === "not_found" || error.code === "not_a_folder");
}

/** Why something could not be read, and whether it may be there the next time. Rethrows what is neither the agent's nor the clock's. */
export function readFault(
  error: unknown,
  signal: AbortSignal,
): { readonly message: string; readonly passes: boolean } {
  signal.throwIfAborted();
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return { message: "It did not answer within 5 seconds.", passes: true };
  }
  if (!(error instanceof AgentError)) throw error;
  const passes = ["unreachable", "unauthorized", "bad_answer"].includes(error.code);
  return { message: headOf(error.message, faultBytesMax), passes };
}

const faultBytesMax = 300;
