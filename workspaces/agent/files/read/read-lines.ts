// Reads numbered lines of a text file, so that answers can cite them. Holds no more of the file than is shown.
import type { FileHandle } from "node:fs/promises";
import { markedBytesNote, markedText, wholeCharacters } from "../../../../core/text/marked-text.ts";
import { jsonLength, truncateMiddle } from "../../../../core/text/truncate.ts";
import { AgentError, type FileViews, type LinesView } from "../../api.ts";
import { createCollector } from "../collector.ts";
import { collectedBytesMax, readChunkBytes, viewFileBytesMax, viewLinesMax } from "../file-limits.ts";
import { withFound } from "../place/confined-walk.ts";
import { openFile, readRange, refuseBinary } from "../place/open-file.ts";
import type { Root } from "../place/root.ts";

const mebibyteBytes = 1024 * 1024;
const newline = 0x0a;
/** As JSON no line is shorter than in the file, so what fits a result lies within one byte less. */
const windowBytes = collectedBytesMax + 1;

/** Lines `start_line` to `end_line`, at most `viewLinesMax` of them and what fits a result. Throws `AgentError`. */
export async function readLines(
  root: Root,
  args: Parameters<FileViews["readLines"]>[0],
  signal: AbortSignal,
): Promise<LinesView> {
  const first = args.start_line ?? 1;
  checkRange(first, args.end_line);
  return withFound(root, args.path, async (place) => {
    const { handle, stats } = await openFile(place);
    try {
      checkSize(stats.size);
      const wanted = args.end_line ?? Number.MAX_SAFE_INTEGER;
      const last = Math.min(wanted, first + viewLinesMax - 1);
      const { from, to, total_lines } = await findLines(handle, { first, last, signal });
      if (first > Math.max(1, total_lines)) throw pastEnd(total_lines, first);
      const length = Math.min(to - from, windowBytes);
      const bytes = await readRange(handle, { offset: from, length, signal });
      const { lines, isCut, isMarked } = shownLines(bytes, first);
      const end_line = first - 1 + lines.length;
      return {
        path: place.relative,
        content: lines.join("\n"),
        start_line: first,
        end_line,
        total_lines,
        truncated: isCut || end_line < Math.min(wanted, total_lines),
        ...(isMarked && { note: markedBytesNote }),
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

interface LineRange {
  readonly first: number;
  /** Last line wanted, inclusive. */
  readonly last: number;
  readonly signal: AbortSignal;
}

interface FoundLines {
  /** Offset of the first line, and of what follows the last one. */
  readonly from: number;
  readonly to: number;
  readonly total_lines: number;
}

/** Counts all lines. Throws `AgentError` for binary files, the signal's reason when aborted. */
async function findLines(handle: FileHandle, { first, last, signal }: LineRange): Promise<FoundLines> {
  const buffer = Buffer.alloc(readChunkBytes);
  let [from, to, newlines, end] = [0, Number.MAX_SAFE_INTEGER, 0, -1];
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      // A last line without a newline counts, too.
      const total_lines = newlines + (end + 1 < position ? 1 : 0);
      return { from, to: Math.min(to, position), total_lines };
    }
    const chunk = buffer.subarray(0, bytesRead);
    if (position === 0) refuseBinary(chunk, "shown");
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) {
      newlines += 1;
      end = position + at;
      if (newlines === first - 1) from = end + 1;
      if (newlines === last) to = end + 1;
    }
    position += bytesRead;
  }
}

/** The lines in `bytes` that fit a result, each as `<number>\t<line>`. */
function shownLines(bytes: Buffer, first: number) {
  const collector = createCollector<string>(viewLinesMax);
  let isMarked = false;
  for (let from = 0; from < bytes.length; ) {
    const number = first + collector.items.length;
    const end = bytes.indexOf(newline, from);
    const isWhole = end >= 0 || bytes.length < windowBytes;
    const raw = bytes.subarray(from, end >= 0 ? end : collectedBytesMax);
    const shown = markedText(isWhole ? raw : wholeCharacters(raw));
    const text = shown.text.replace(/\r$/, "");
    const line = `${number}\t${number === 1 ? text.replace(/^\uFEFF/, "") : text}`;
    if (!isWhole || !collector.add(line)) {
      const isFirst = number === first;
      // A line that is too long for any result is shown cut. Otherwise a reader could never get past it.
      const lines = isFirst ? [cutLine(line)] : collector.items;
      return { lines, isCut: true, isMarked: isMarked || (isFirst && shown.isMarked) };
    }
    isMarked ||= shown.isMarked;
    from = end >= 0 ? end + 1 : bytes.length;
  }
  return { lines: collector.items, isCut: false, isMarked };
}

/** Escapes can take six bytes for one, so the line is shortened until its JSON fits. */
function cutLine(line: string): string {
  for (let bytesMax = collectedBytesMax; ; bytesMax = Math.floor(bytesMax / 2)) {
    const cut = truncateMiddle(line, bytesMax).value;
    if (jsonLength(cut) <= collectedBytesMax) return cut;
  }
}
