// Reads a whole file of the workspace or project folder, for tools that make a file of the chat from it.
import { fileBytesMax } from "../../core/chat/limits.ts";
import { quoted } from "../../core/text/quoted.ts";
import type { FileViews } from "../../workspaces/agent/api.ts";
import { readRangeBytesMax } from "../../workspaces/agent/files/file-limits.ts";
import type { ToolContext, ToolOutput } from "../tool.ts";
import { ToolError } from "../tool-error.ts";

export interface WholeFile {
  /** The last part of its path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Throws `ToolError` for folders and files over 10 MiB, `AgentError` for what cannot be read. */
export async function readWhole(files: FileViews, path: string, signal: AbortSignal): Promise<WholeFile> {
  const stat = await files.stat({ path }, signal);
  if (stat.type !== "file") throw new ToolError(`${quoted(path)} is not a file.`);
  if (stat.size > fileBytesMax) {
    throw new ToolError(
      `${quoted(path)} has ${stat.size} bytes; files of a chat may have at most ${fileBytesMax / 1024 ** 2} MiB.`,
      "Make it smaller with a command.",
    );
  }
  const ranges: Uint8Array[] = [];
  for (let offset = 0; offset < stat.size; ) {
    const range = await files.readBytes({ path, offset, length: readRangeBytesMax }, signal);
    if (range.length === 0) break;
    ranges.push(range);
    offset += range.length;
  }
  return {
    name: stat.path.split("/").at(-1) ?? path,
    bytes: Buffer.concat(ranges).subarray(0, fileBytesMax),
  };
}

const SHOWN_NAMES = /\.(png|jpe?g|gif|webp|pdf)$/i;

/** Whether models are shown such a file as it is: a picture or a PDF, by its name. */
export function isShownAsItIs(path: string): boolean {
  return SHOWN_NAMES.test(path);
}

/** How pictures and PDFs begin, as Latin-1. */
const SHOWN_BYTES = /^(\x89PNG\r\n|\xff\xd8\xff|GIF8|RIFF[^]{4}WEBP|%PDF-)/;
const beginningBytes = 12;

/** A picture or PDF as the result of reading it; null if its name promised more than its bytes hold. */
export async function showAsItIs(
  files: FileViews,
  path: string,
  context: ToolContext,
): Promise<ToolOutput | null> {
  const beginning = await files.readBytes({ path, offset: 0, length: beginningBytes }, context.signal);
  if (!SHOWN_BYTES.test(Buffer.from(beginning).toString("latin1"))) return null;
  const { name, bytes } = await readWhole(files, path, context.signal);
  const file = await context.keepFile({ name, bytes });
  const { file_id, media_type } = file;
  const what = media_type === "application/pdf" ? "document" : "picture";
  const note = `This is no text: the ${what} itself belongs to this result.`;
  return { result: { file_id, name, media_type, size: bytes.length, note }, is_error: false, files: [file] };
}
