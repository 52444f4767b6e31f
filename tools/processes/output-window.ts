// Keeps the part of a process's output that the model gets: head and tail of what a terminal would show, and the lines between that look like
// errors.
import { incompleteLength, markedText } from "../../core/text/marked-text.ts";
import { type ScreenLine, TerminalScreen } from "./terminal-screen.ts";

export interface WindowLimits {
  readonly headBytes: number;
  readonly tailBytes: number;
}

/** Bytes of the output that are missing, from `offset` on. */
export interface OutputCut {
  readonly bytes: number;
  readonly offset: number;
}

/** Longest sequence of UTF-8 continuation bytes that a cut may have to step over. */
const continuationBytesMax = 3;
/** The first and the last lines that look like errors are kept: causes come first, and the error that ended the program comes last. */
const firstErrorsMax = 10;
const lastErrorsMax = 10;
const errorLineBytesMax = 200;
// The last alternative is a cross, U+2716 to U+2718, in UTF-8.
const errorWords =
  /\b(?:error|errno|fail(?:s|ed|ure|ures)?|fatal|panic(?:ked)?|exception|traceback|denied|refused|cannot|segmentation fault|core dumped|killed|not found|no such file|undefined reference)\b|(?:error|exception)\b|\berr!|\xe2\x9c[\x96-\x98]/i;

export interface WindowText {
  readonly text: string;
  /** Whether bytes that are not UTF-8 are shown as \xHH. */
  readonly isMarked: boolean;
  readonly truncated: boolean;
}

/** Takes output in order. Holds no more than head, tail and a screen of lines. */
export class OutputWindow {
  readonly #screen: TerminalScreen;
  readonly #kept: KeptLines;
  #end = 0;

  constructor(limits: WindowLimits) {
    this.#kept = new KeptLines(limits);
    this.#screen = new TerminalScreen(0, (line) => this.#kept.add(line));
  }

  /** Offset of the next byte expected. */
  get end(): number {
    return this.#end;
  }

  /** Takes bytes that begin at `offset`, and ignores those it already has. Returns the new bytes. */
  take(offset: number, bytes: Uint8Array): Uint8Array {
    // The agent has dropped the bytes between.
    if (offset > this.#end) {
      this.#screen.skipTo(offset);
      this.#kept.skip(this.#end);
    }
    const fresh = bytes.subarray(Math.max(0, this.#end - offset));
    this.#end = Math.max(this.#end, offset + bytes.length);
    this.#screen.write(fresh);
    return fresh;
  }

  /** Head and tail as text. If something is missing between them, `note` describes it. Characters are never split. */
  text(note: (cut: OutputCut) => string): WindowText {
    const kept = this.#kept.with(this.#screen.lines());
    const { head, tail, cut } = kept.ends(this.#end);
    if (cut === null) return { ...markedText(Buffer.from(head + tail, "latin1")), truncated: false };
    const parts = [head, kept.errors(), tail].map((part) => markedText(Buffer.from(part, "latin1")));
    const [first, errors, last] = parts.map(({ text }) => text);
    const between = errors === "" ? "" : `Lines of them that look like errors:\n${errors}\n[…]\n`;
    const isMarked = parts.some((part) => part.isMarked);
    return { text: `${first}\n${note(cut)}\n${between}${last}`, isMarked, truncated: true };
  }
}

/** A line, or the rest of one, with its line end. */
interface Piece {
  readonly text: string;
  readonly offset: number;
  readonly isVerbatim: boolean;
}

/** Lines that can no longer change, as bytes read as Latin-1 characters. */
class KeptLines {
  readonly #limits: WindowLimits;
  #head = "";
  /** Where the head ends in the output; null while the head is not full. */
  #headEnd: number | null = null;
  #tail: Piece[] = [];
  #tailBytes = 0;
  #isCut = false;
  #firstErrors: string[] = [];
  #lastErrors: string[] = [];

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  add(line: ScreenLine): void {
    const whole = { ...line, text: line.ends ? `${line.text}\n` : line.text };
    const piece = this.#headEnd === null ? this.#addToHead(whole) : whole;
    if (piece.text === "") return;
    this.#tail.push(piece);
    this.#tailBytes += piece.text.length;
    while (this.#tailBytes - (this.#tail[0]?.text.length ?? 0) >= Math.max(1, this.#limits.tailBytes))
      this.#drop();
  }

  /** Returns the part that did not fit. */
  #addToHead(piece: Piece): Piece {
    const room = this.#limits.headBytes - this.#head.length;
    const fitting = piece.text.length <= room ? piece.text : wholeHead(piece.text.slice(0, room));
    this.#head += fitting;
    const rest = pieceFrom(piece, fitting.length);
    if (rest.text !== "") this.#headEnd = rest.offset;
    return rest;
  }

  #drop(): void {
    const dropped = this.#tail.shift();
    if (dropped === undefined) return;
    this.#isCut = true;
    this.#tailBytes -= dropped.text.length;
    const line = dropped.text.slice(0, errorLineBytesMax).trimEnd();
    if (!errorWords.test(line)) return;
    if (this.#firstErrors.length < firstErrorsMax) this.#firstErrors.push(wholeHead(line));
    else this.#lastErrors = [...this.#lastErrors.slice(1 - lastErrorsMax), wholeHead(line)];
  }

  /** Output is missing from `offset` on. The output after the gap is not joined to the output before it. */
  skip(offset: number): void {
    this.#headEnd ??= offset;
    this.#isCut = true;
    while (this.#tail.length > 0) this.#drop();
  }

  /** A copy with more lines. */
  with(lines: readonly ScreenLine[]): KeptLines {
    const copy = new KeptLines(this.#limits);
    copy.#head = this.#head;
    copy.#headEnd = this.#headEnd;
    copy.#tail = [...this.#tail];
    copy.#tailBytes = this.#tailBytes;
    copy.#isCut = this.#isCut;
    copy.#firstErrors = [...this.#firstErrors];
    copy.#lastErrors = [...this.#lastErrors];
    for (const line of lines) copy.add(line);
    return copy;
  }

  /** @param end of the output so far */
  ends(end: number): { readonly head: string; readonly tail: string; readonly cut: OutputCut | null } {
    const [first, ...others] = this.#tail;
    const over = Math.max(0, this.#tailBytes - this.#limits.tailBytes);
    const rest = others.map(({ text }) => text).join("");
    if (!this.#isCut && over === 0)
      return { head: this.#head, tail: `${first?.text ?? ""}${rest}`, cut: null };
    const from =
      first === undefined || over === 0
        ? first
        : pieceFrom(first, over + continuationBytes(first.text, over));
    // Positions within a rewritten line have no offset in the output. The next known offset is that of the next line.
    const isKnown = over === 0 || first?.isVerbatim === true;
    const tailAt = (isKnown ? from?.offset : others[0]?.offset) ?? end;
    const offset = this.#headEnd ?? end;
    return { head: this.#head, tail: `${from?.text ?? ""}${rest}`, cut: { bytes: tailAt - offset, offset } };
  }

  errors(): string {
    return [...this.#firstErrors, ...this.#lastErrors].join("\n");
  }
}

function pieceFrom(piece: Piece, bytes: number): Piece {
  const offset = piece.isVerbatim ? piece.offset + bytes : piece.offset;
  return { ...piece, text: piece.text.slice(bytes), offset };
}

/** The text without an incomplete character at its end. */
function wholeHead(text: string): string {
  return text.slice(0, text.length - incompleteLength(text));
}

/** How many bytes at an index belong to a character whose beginning was cut off. */
function continuationBytes(text: string, at: number): number {
  return /^[\x80-\xbf]*/.exec(text.slice(at, at + continuationBytesMax))?.[0].length ?? 0;
}
