// The workspace agent runs inside the workspace. This file: lines of a text file, numbered, so that answers can cite them.
import { AgentError, type FileViews, type LinesView } from "../../api.ts";
import { viewFileBytesMax, viewLinesMax } from "../file-limits.ts";
import { openFile } from "../place/open-file.ts";
import type { Root } from "../place/root.ts";
import { withFound } from "../place/walk.ts";
import { readLineWindow } from "./line-window.ts";

const mebibyteBytes = 1024 * 1024;

/** Lines `start_line` to `end_line`, at most `viewLinesMax` of them and what fits a result. Throws `AgentError`. */
export async function readLines(
  root: Root,
  args: Parameters<FileViews["readLines"]>[0],
  signal: AbortSignal,
): Promise<LinesView> {
  const first = args.start_line ?? 1;
  checkRange(first, args.end_line);
  return withFound(root, args.path, async (place) => {
    const { handle, stats } = await openFile(root, place);
    try {
      checkSize(stats.size);
      const wanted = args.end_line ?? Number.MAX_SAFE_INTEGER;
      const last = Math.min(wanted, first + viewLinesMax - 1);
      const read = await readLineWindow(handle, { first, last, signal });
      if (first > Math.max(1, read.total_lines)) throw pastEnd(read.total_lines, first);
      return {
        path: place.relative,
        content: read.content,
        start_line: first,
        end_line: read.last,
        total_lines: read.total_lines,
        truncated: read.truncated || read.last < Math.min(wanted, read.total_lines),
      };
    } finally {
      await handle.close();
    }
  });
}

function checkRange(first: number, last: number | undefined): void {
  const isWhole = Number.isSafeInteger(first) && (last === undefined || Number.isSafeInteger(last));
  if (!isWhole || first < 1) throw new AgentError("bad_request", "Lines are whole numbers from 1.");
  if (last !== undefined && last < first) {
    throw new AgentError("bad_request", `end_line ${last} lies before start_line ${first}.`);
  }
}

function checkSize(sizeBytes: number): void {
  if (sizeBytes <= viewFileBytesMax) return;
  const [size, most] = [sizeBytes, viewFileBytesMax].map((bytes) => Math.round(bytes / mebibyteBytes));
  throw new AgentError(
    "file_too_large",
    `The file has ${size} MiB; up to ${most} can be shown.`,
    "Use grep to find what you need in it.",
  );
}

function pastEnd(total: number, first: number): AgentError {
  return new AgentError("bad_request", `The file has ${total} lines; line ${first} is past its end.`);
}
