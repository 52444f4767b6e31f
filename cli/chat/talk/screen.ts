// Draws on a terminal that scrolls: finished lines go up and are never touched again; below them a few lines are drawn anew.
import { createPaint, type Paint, type Span } from "../text/style.ts";
import { widthOf } from "../text/width.ts";
import type { Terminal } from "./terminal.ts";

export interface Drawing {
  readonly finished: readonly (readonly Span[])[];
  /** No wider than the terminal. */
  readonly live: readonly (readonly Span[])[];
  /** The line that is typed, below them. */
  readonly input: { readonly lines: readonly string[]; readonly row: number; readonly column: number };
}

const CLEAR_BELOW = "\u001b[J";
/** Terminals that know it show what stands between the two at once, so that nothing flickers. The others pass over it. */
const UPDATE_BEGINS = "\u001b[?2026h";
const UPDATE_ENDS = "\u001b[?2026l";
/** Of the screen's rows, so that what was printed last is still seen. */
const rowsKept = 3;

export class Screen {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  /** The widths of the lines above the one with the cursor that are drawn anew. */
  #above: readonly number[] = [];
  /** Of the cursor in its line. */
  #column = 0;
  /** What was drawn below the finished lines. */
  #drawn = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#paint = createPaint(terminal.hasColours);
  }

  draw({ finished, live, input }: Drawing): void {
    const room = Math.max(1, this.#terminal.rows - rowsKept - input.lines.length);
    // Of what is too long, the end is seen: there it grows.
    const shown = live.slice(-room).map((line) => this.#paint(line));
    const lines = [...shown, ...input.lines];
    const up = input.lines.length - 1 - input.row;
    const place = `${up > 0 ? `\u001b[${up}A` : ""}\r${input.column > 0 ? `\u001b[${input.column}C` : ""}`;
    const drawn = lines.join("\r\n") + place;
    if (finished.length === 0 && drawn === this.#drawn) return;
    const printed = finished.map((line) => `${this.#paint(line)}\r\n`).join("");
    this.#terminal.write(UPDATE_BEGINS + this.#toTop() + printed + drawn + UPDATE_ENDS);
    this.#drawn = drawn;
    this.#above = [
      ...live.slice(-room).map((spans) => widthOf(spans.map(({ text }) => text).join(""))),
      ...input.lines.slice(0, input.row).map(widthOf),
    ];
    this.#column = input.column;
  }

  /** Takes away what is drawn anew, so that something else can be written. */
  clear(): void {
    this.#terminal.write(this.#toTop());
    this.#above = [];
    this.#column = 0;
    this.#drawn = "";
  }

  #toTop(): string {
    const up = this.#rowsAbove();
    return `\r${up > 0 ? `\u001b[${up}A` : ""}${CLEAR_BELOW}`;
  }

  /** A terminal that has become narrower since has broken the lines that are too wide for it now. */
  #rowsAbove(): number {
    if (!this.#terminal.breaksLines) return this.#above.length;
    const columns = Math.max(1, this.#terminal.columns);
    const rows = this.#above.map((width) => Math.max(1, Math.ceil(width / columns)));
    return rows.reduce((sum, count) => sum + count, Math.floor(this.#column / columns));
  }
}
