// Renders a program's output as a terminal would show it: progress that overwrites itself is one line, and colours and titles are gone. Text
// is bytes read as Latin-1 characters, so offsets count bytes and no byte is lost. Pure.
import { type MarkedText, markedText } from "../../core/text/marked-text.ts";
import { after, escapesAs, latin1, token, unfinishedLength, upTo, widthOf } from "./terminal-tokens.ts";

/** A line of the screen. */
export interface ScreenLine {
  readonly text: string;
  /** Where the line begins in the output. It ends where the next line begins. */
  readonly offset: number;
  /** Whether a line end follows. False for a piece of a line that is too long for the screen. */
  readonly ends: boolean;
  /** Whether the text is the output's own bytes, so that positions in it have offsets. */
  readonly isVerbatim: boolean;
}

type Row = { -readonly [Field in keyof ScreenLine]: ScreenLine[Field] };

/** Lines that the cursor can reach: enough for the progress of a few dozen parallel downloads. */
const rowsMax = 64;
/** Longer lines are broken. */
const rowBytesMax = 8 * 1024;
/** How far a cursor move can go past the end of a line. A few bytes must not become megabytes of blanks. */
const columnsMax = 256;
/** How many bytes of lines may be rewritten per byte of output. Beyond that, text is appended instead of written over a line. */
const rewritesPerByte = 32;
const rewritesFree = 256 * 1024;

export class TerminalScreen {
  readonly #letGo: (line: ScreenLine) => void;
  #rows: Row[];
  #at = 0;
  /** Characters left of the cursor; null if the cursor is at the end of its line. */
  #column: number | null = null;
  /** The row that absolute positions count from; null until the program uses an absolute position. */
  #home: number | null = null;
  #pending = "";
  /** Offset of what comes next. */
  #offset: number;
  #rewrites = rewritesFree;

  /** `letGo` gets each line, in order, once it can no longer change. */
  constructor(offset: number, letGo: (line: ScreenLine) => void) {
    this.#letGo = letGo;
    this.#offset = offset;
    this.#rows = [newRow(offset)];
  }

  write(bytes: Uint8Array): void {
    this.#rewrites += bytes.length * rewritesPerByte;
    const text = this.#pending + latin1(bytes);
    const cut = unfinishedLength(text);
    this.#pending = text.slice(text.length - cut);
    const whole = text.slice(0, text.length - cut);
    token.lastIndex = 0;
    for (let match = token.exec(whole); match !== null; match = token.exec(whole)) {
      const [all, characters, parameters, final, escape, control] = match;
      if (characters !== undefined) this.#print(characters);
      this.#offset += all.length;
      if (characters !== undefined) continue;
      if (control !== "\n" && control !== "\r") this.#row.isVerbatim = false;
      if (control !== undefined) this.#control(control);
      else if (this.#rewrites >= 0) this.#sequence(final ?? escapesAs[escape ?? ""] ?? "", parameters ?? "");
    }
  }

  /** Lets go of all lines and continues at `offset`. The output between never came. */
  skipTo(offset: number): void {
    for (const line of this.lines()) this.#letGo(line);
    this.#rows = [newRow(offset)];
    [this.#at, this.#column, this.#home, this.#pending, this.#offset] = [0, null, null, "", offset];
  }

  /** The lines that can still change, as they are now. */
  lines(): readonly ScreenLine[] {
    // An incomplete sequence at the end is dropped. The bytes of an incomplete character are shown.
    const rest = this.#pending.startsWith("\x1b") ? "" : this.#pending;
    return this.#rows.map((row, at) => (at === this.#at ? { ...row, text: row.text + rest } : row));
  }

  get #row(): Row {
    return this.#rows[this.#at] as Row;
  }

  get #cursor(): number {
    if (this.#column !== null) return this.#column;
    this.#rewrites -= this.#row.text.length;
    return widthOf(this.#row.text);
  }

  #print(text: string): void {
    if (this.#column !== null) {
      this.#row.isVerbatim = false;
      if (this.#rewrites >= 0) return this.#overwrite(text);
      this.#column = null;
    }
    let printed = 0;
    for (;;) {
      const room = Math.max(0, rowBytesMax - this.#row.text.length);
      const piece = text.slice(printed, printed + room);
      this.#row.text += piece;
      printed += piece.length;
      if (printed === text.length) return;
      this.#nextRow(this.#offset + printed);
    }
  }

  /** Writes text over the line at the cursor. */
  #overwrite(text: string): void {
    const row = this.#row;
    const column = this.#cursor;
    const end = column + widthOf(text);
    const rest = after(row.text, end);
    const blanks = " ".repeat(Math.max(0, column - widthOf(row.text)));
    row.text = `${upTo(row.text, column)}${blanks}${text}${rest}`;
    this.#rewrites -= row.text.length;
    this.#column = rest === "" ? null : end;
  }

  #control(control: string): void {
    if (control === "\r") this.#column = 0;
    else if (control === "\b" && this.#rewrites >= 0) this.#column = Math.max(0, this.#cursor - 1);
    else if (control === "\n" || control === "\v" || control === "\f") this.#lineFeed();
  }

  #lineFeed(): void {
    this.#row.ends = true;
    if (this.#at + 1 < this.#rows.length) this.#goTo(this.#at + 1, 0);
    else this.#nextRow(this.#offset);
  }

  /** A new row below the last one. */
  #nextRow(offset: number): void {
    this.#rows.push(newRow(offset));
    this.#at = this.#rows.length - 1;
    this.#column = null;
    if (this.#rows.length <= rowsMax) return;
    this.#letGo(this.#rows.shift() as Row);
    this.#at -= 1;
    if (this.#home !== null) this.#home = Math.max(0, this.#home - 1);
  }

  #goTo(row: number, column: number): void {
    this.#at = Math.min(Math.max(0, row), this.#rows.length - 1);
    this.#column = Math.min(Math.max(0, column), Math.max(columnsMax, this.#row.text.length));
  }

  #sequence(final: string, parameters: string): void {
    const [first, second] = parameters.split(";").map((digits) => Number.parseInt(digits, 10) || null);
    const count = first ?? 1;
    switch (final) {
      case "A":
        return this.#goTo(this.#at - count, this.#cursor);
      case "B":
        return this.#goTo(this.#at + count, this.#cursor);
      case "C":
        return this.#goTo(this.#at, this.#cursor + count);
      case "D":
        return this.#goTo(this.#at, this.#cursor - count);
      case "E":
        return this.#goTo(this.#at + count, 0);
      case "F":
        return this.#goTo(this.#at - count, 0);
      case "G":
        return this.#goTo(this.#at, count - 1);
      case "c":
        return this.#newPage();
      case "H":
      case "f":
        if (this.#home === null) this.#newPage();
        return this.#goTo((this.#home ?? 0) + count - 1, (second ?? 1) - 1);
      case "J":
        if (count > 1) return this.#newPage();
        return first === null ? this.#erase(this.#cursor, this.#at + 1) : undefined;
      case "K":
        return first === 1 ? this.#blank(this.#cursor) : this.#erase(first === 2 ? 0 : this.#cursor);
    }
  }

  /** Erases the line from a column on, and all rows from `rows` on. */
  #erase(column: number, rows = this.#rows.length): void {
    this.#column = this.#cursor;
    this.#rewrites -= this.#row.text.length;
    this.#row.text = upTo(this.#row.text, column);
    if (rows === this.#rows.length) return;
    this.#rows.length = rows;
    this.#row.ends = false;
  }

  /** Blanks the line up to a column. */
  #blank(column: number): void {
    const rest = after(this.#row.text, column);
    this.#column = column;
    this.#rewrites -= this.#row.text.length;
    this.#row.text = rest === "" ? "" : `${" ".repeat(column)}${rest}`;
  }

  /** Starts a cleared screen below the lines that were there, which a terminal would keep in its scrollback. */
  #newPage(): void {
    const last = this.#rows.at(-1) as Row;
    if (last.text === "") this.#goTo(this.#rows.length - 1, 0);
    else {
      last.ends = true;
      this.#nextRow(this.#offset);
    }
    this.#home = this.#at;
  }
}

function newRow(offset: number): Row {
  return { text: "", offset, ends: false, isVerbatim: true };
}

/** A piece of output as a terminal of any height would show it. */
export function terminalText(bytes: Uint8Array): MarkedText {
  const lines: ScreenLine[] = [];
  const screen = new TerminalScreen(0, (line) => lines.push(line));
  screen.write(bytes);
  const text = [...lines, ...screen.lines()]
    .map((line) => (line.ends ? `${line.text}\n` : line.text))
    .join("");
  return markedText(Buffer.from(text, "latin1"));
}
