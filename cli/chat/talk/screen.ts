// Draws on a terminal that scrolls: finished lines go up and are never touched again; below them a few lines are drawn anew.
import { createPaint, type Paint, type Span } from "../text/style.ts";
import type { Terminal } from "./terminal.ts";

export interface Drawing {
  readonly finished: readonly (readonly Span[])[];
  /** No wider than the terminal. */
  readonly live: readonly (readonly Span[])[];
  /** The line that is typed, below them. */
  readonly input: { readonly lines: readonly string[]; readonly row: number; readonly column: number };
}

const CLEAR_BELOW = "\u001b[J";
/** Of the screen's rows, so that what was printed last is still seen. */
const rowsKept = 3;

export class Screen {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  /** Rows between the first live line and the cursor. */
  #above = 0;
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
    this.#terminal.write(this.#toTop() + printed + drawn);
    this.#drawn = drawn;
    this.#above = shown.length + input.row;
  }

  /** Takes away what is drawn anew, so that something else can be written. */
  clear(): void {
    this.#terminal.write(this.#toTop());
    this.#above = 0;
    this.#drawn = "";
  }

  #toTop(): string {
    return `\r${this.#above > 0 ? `\u001b[${this.#above}A` : ""}${CLEAR_BELOW}`;
  }
}
