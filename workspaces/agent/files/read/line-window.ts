// The workspace agent runs inside the workspace. This file: a range of lines of a file of any size, of which no more is held than is shown.
import type { FileHandle } from "node:fs/promises";
import { jsonLength, truncateMiddle } from "../../../../core/text/truncate.ts";
import { collectedBytesMax, readChunkBytes } from "../file-limits.ts";
import { refuseBinary } from "./refuse-binary.ts";

export interface LineRange {
  readonly first: number;
  /** Last line wanted, inclusive. */
  readonly last: number;
  readonly signal: AbortSignal;
}

export interface LinesRead {
  /** `<number>\t<line>` each, joined by newlines. */
  readonly content: string;
  /** Last line shown; `first - 1` when none is. */
  readonly last: number;
  readonly total_lines: number;
  /** Whether a line was cut or wanted lines did not fit. */
  readonly truncated: boolean;
}

/** Numbers lines and keeps those of the range that fit. */
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
    // Copied: the read buffer is used again for the next chunk.
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
    const text = Buffer.concat(this.#pending).toString("utf8").replace(/\r$/, "");
    const line = `${this.lines}\t${this.lines === 1 ? text.replace(/^\uFEFF/, "") : text}`;
    const size = jsonLength(line) + 1;
    if (!this.#isLineCut && this.#bytes + size <= collectedBytesMax) {
      this.#bytes += size;
      this.#shown.push(line);
      return;
    }
    this.#isFull = true;
    this.truncated = true;
    // A line too long for any result is shown cut, or nobody could ever read past it.
    if (this.#shown.length === 0) this.#shown.push(cutLine(line));
  }

  end(): LinesRead {
    if (this.#isLineOpen) this.endLine();
    const last = this.#range.first - 1 + this.#shown.length;
    return { content: this.#shown.join("\n"), last, total_lines: this.lines, truncated: this.truncated };
  }
}

/** Half of the room at least: escapes may take six bytes for one, and then less is shown. */
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
export async function readLineWindow(handle: FileHandle, range: LineRange): Promise<LinesRead> {
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
