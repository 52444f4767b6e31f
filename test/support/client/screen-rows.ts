// Tests: what a terminal shows, row by row: it obeys the cursor, and breaks lines that are too wide when it becomes narrower.

/** A sequence with its number and its letter, a move to the start of a line, a new line, or text. */
// oxlint-disable-next-line no-control-regex
const PIECES = /\u001b\[\??(\d*)[\d;]*([A-Za-z])|\r|\n|[^\r\n\u001b]+|\u001b/gu;

export class ScreenRows {
  #rows: string[] = [""];
  /** Rows that go on with the line of the row above. */
  #continued = new Set<number>();
  #row = 0;
  #column = 0;

  lines(): string[] {
    return this.#rows.map((line) => line.trimEnd());
  }

  write(text: string): void {
    for (const [piece, count, final] of text.matchAll(PIECES)) {
      if (final !== undefined) this.#obey(count === "" ? 1 : Number(count), final);
      else if (piece === "\r") this.#column = 0;
      else if (piece === "\n") {
        this.#row += 1;
        this.#rows[this.#row] ??= "";
      } else this.#put(piece);
    }
  }

  /** Breaks lines that are too wide, and joins those again for which there is room. */
  breakAt(width: number): void {
    const lines: string[] = [];
    let cursor = { line: 0, at: 0 };
    for (const [at, text] of this.#rows.entries()) {
      if (!this.#continued.has(at)) lines.push("");
      const last = lines.length - 1;
      if (at === this.#row) cursor = { line: last, at: (lines[last] ?? "").length + this.#column };
      lines[last] += text;
    }
    this.#rows = [];
    this.#continued.clear();
    for (const [line, text] of lines.entries()) {
      if (line === cursor.line) this.#row = this.#rows.length + Math.floor(cursor.at / width);
      this.#rows.push(text.slice(0, width));
      for (let from = width; from < text.length; from += width) {
        this.#continued.add(this.#rows.length);
        this.#rows.push(text.slice(from, from + width));
      }
    }
    this.#column = cursor.at % width;
    while (this.#rows.length <= this.#row) this.#rows.push("");
  }

  #put(text: string): void {
    const line = (this.#rows[this.#row] ?? "").padEnd(this.#column);
    this.#rows[this.#row] = line.slice(0, this.#column) + text + line.slice(this.#column + text.length);
    this.#column += text.length;
  }

  #obey(count: number, final: string): void {
    if (final === "A") this.#row = Math.max(0, this.#row - count);
    else if (final === "C") this.#column += count;
    else if (final === "J") {
      this.#rows.length = this.#row + 1;
      this.#rows[this.#row] = (this.#rows[this.#row] ?? "").slice(0, this.#column);
      for (const each of this.#continued) if (each > this.#row) this.#continued.delete(each);
    } else if (final !== "m" && final !== "h" && final !== "l") throw new Error(`unknown sequence ${final}`);
  }
}
