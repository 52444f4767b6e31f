// Reads numbered lines of a text file, so that answers can cite them. Holds no more of the file than is shown.
import type { FileHandle } from "node:fs/promises";
import { markedBytesNote, markedText, wholeCharacters } from "../../../../core/text/marked-text.ts";
import { jsonLength, truncateMiddle } from "../../../../core/text/truncate.ts";
import { AgentError, type FileViews, type LinesView } from "../../api.ts";
import { collectedBytesMax, readChunkBytes, viewFileBytesMax, viewLinesMax } from "../file-limits.ts";
import { withFound } from "../place/confined-walk.ts";
import { openFile, refuseBinary } from "../place/open-file.ts";
import type { Root } from "../place/root.ts";

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
        ...(read.isMarked && { note: markedBytesNote }),
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

interface LinesRead {
  /** `<number>\t<line>` each, joined by newlines. */
  readonly content: string;
  /** Last line shown; `first - 1` when none is. */
  readonly last: number;
  readonly total_lines: number;
  /** Whether a line was cut or wanted lines did not fit. */
  readonly truncated: boolean;
  /** Whether bytes that are not UTF-8 are shown by their numbers. */
  readonly isMarked: boolean;
}

/** Counts lines and keeps those of the range that fit. */
class LineWindow {
  readonly #range: LineRange;
  readonly #shown: string[] = [];
  #bytes = 0;
  #isFull = false;
  /** Bytes of the line being read, no more than could be shown. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isLineOpen = false;
  #isLineCut = false;
  #isMarked = false;
  lines = 0;
  truncated = false;

  constructor(range: LineRange) {
    this.#range = range;
  }

  #isWanted(line: number): boolean {
    return line >= this.#range.first && line <= this.#range.last && !this.#isFull;
  }

  add(bytes: Buffer): void {
    if (bytes.length > 0) this.#isLineOpen = true;
    const room = collectedBytesMax - this.#pendingBytes;
    if (!this.#isWanted(this.lines + 1) || bytes.length === 0) return;
    const kept = bytes.subarray(0, room);
    if (kept.length < bytes.length) this.#isLineCut = true;
    // Copied, because the read buffer is used again.
    this.#pending.push(Buffer.from(kept));
    this.#pendingBytes += kept.length;
  }

  endLine(): void {
    this.lines += 1;
    if (this.#isWanted(this.lines)) this.#show();
    else if (this.#isFull && this.lines <= this.#range.last) this.truncated = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isLineOpen = false;
    this.#isLineCut = false;
  }

  #show(): void {
    const bytes = Buffer.concat(this.#pending);
    const shown = markedText(this.#isLineCut ? wholeCharacters(bytes) : bytes);
    const text = shown.text.replace(/\r$/, "");
    this.#isMarked ||= shown.isMarked;
    const line = `${this.lines}\t${this.lines === 1 ? text.replace(/^\uFEFF/, "") : text}`;
    const size = jsonLength(line) + 1;
    if (!this.#isLineCut && this.#bytes + size <= collectedBytesMax) {
      this.#bytes += size;
      this.#shown.push(line);
      return;
    }
    this.#isFull = true;
    this.truncated = true;
    // A line that is too long for any result is shown cut. Otherwise a reader could never get past it.
    if (this.#shown.length === 0) this.#shown.push(cutLine(line));
  }

  end(): LinesRead {
    if (this.#isLineOpen) this.endLine();
    const last = this.#range.first - 1 + this.#shown.length;
    const { lines: total_lines, truncated } = this;
    return { content: this.#shown.join("\n"), last, total_lines, truncated, isMarked: this.#isMarked };
  }
}

/** Escapes can take six bytes for one, so the line is shortened until its JSON fits. */
function cutLine(line: string): string {
  let bytesMax = collectedBytesMax;
  let cut = truncateMiddle(line, bytesMax).value;
  while (jsonLength(cut) > collectedBytesMax) {
    bytesMax = Math.floor(bytesMax / 2);
    cut = truncateMiddle(line, bytesMax).value;
  }
  return cut;
}

function takeChunk(window: LineWindow, chunk: Buffer): void {
  let from = 0;
  for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
    window.add(chunk.subarray(from, end));
    window.endLine();
    from = end + 1;
  }
  window.add(chunk.subarray(from));
}

/** Reads the wanted lines and counts all. Throws `AgentError` for binary files, the signal's reason when aborted. */
async function readLineWindow(handle: FileHandle, range: LineRange): Promise<LinesRead> {
  const window = new LineWindow(range);
  const buffer = Buffer.alloc(readChunkBytes);
  for (let position = 0; ; ) {
    range.signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return window.end();
    if (position === 0) refuseBinary(buffer.subarray(0, bytesRead), "shown");
    takeChunk(window, buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
