// Markdown for a terminal, as it is written: a line is finished when its end has come, and is never changed afterwards. Only
// tables wait for their last line, because their columns depend on it.
import { cleanText } from "./clean.ts";
import { inlineSpans } from "./inline.ts";
import { plain, type Span, styled, wrapSpans } from "./style.ts";
import { isTableLine, tableLines } from "./table.ts";

const GUTTER: readonly Span[] = [styled("dim", "│ ")];

/** Columns are asked for each time: people resize their windows. */
export class MarkdownPrinter {
  readonly #columns: () => number;
  /** The line that is not finished. */
  #rest = "";
  #fence: string | null = null;
  #table: string[] = [];

  constructor(columns: () => number) {
    this.#columns = columns;
  }

  /** Takes more text and gives the lines that are finished by it. */
  feed(text: string): Span[][] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(cleanText(line)));
  }

  /** What is not finished yet, as it looks now. */
  live(): Span[][] {
    const table = tableLines(this.#table, this.#columns());
    return this.#rest === "" ? table : [...table, ...this.#shown(cleanText(this.#rest))];
  }

  /** The text is complete: gives the lines that were left. */
  end(): Span[][] {
    const lines = this.#rest === "" ? [] : this.#line(cleanText(this.#rest));
    this.#rest = "";
    return [...lines, ...this.#closeTable()];
  }

  #line(line: string): Span[][] {
    if (this.#fence === null && isTableLine(line)) {
      this.#table.push(line);
      return [];
    }
    const table = this.#closeTable();
    const mark = /^\s*(?<mark>`{3,}|~{3,})\s*(?<language>[^`]*)$/u.exec(line)?.groups;
    if (mark === undefined) return [...table, ...this.#shown(line)];
    if (this.#fence === null) {
      this.#fence = mark["mark"] ?? "```";
      const language = mark["language"]?.trim() ?? "";
      return [...table, ...(language === "" ? [] : [[styled("dim", `╭ ${language}`)]])];
    }
    if (!mark["mark"]?.startsWith(this.#fence)) return this.#shown(line);
    this.#fence = null;
    return table;
  }

  #closeTable(): Span[][] {
    if (this.#table.length === 0) return [];
    const lines = tableLines(this.#table, this.#columns());
    this.#table = [];
    return lines;
  }

  #shown(line: string): Span[][] {
    const columns = this.#columns();
    // Code keeps its spaces: it is broken at the edge, never between words.
    if (this.#fence !== null)
      return wrapSpans([styled("code", line)], { columns, first: GUTTER, rest: GUTTER });
    return proseLines(line, columns);
  }
}

function proseLines(line: string, columns: number): Span[][] {
  if (line.trim() === "") return [[]];
  const heading = /^#{1,6}\s+(?<title>.*?)\s*#*$/u.exec(line)?.groups?.["title"];
  if (heading !== undefined) return wrapSpans([styled("heading", stripped(heading))], { columns });
  if (/^\s*(?:[-*_]\s*){3,}$/u.test(line)) return [[styled("dim", "─".repeat(Math.min(columns, 40)))]];
  const quote = /^\s*>\s?(?<text>.*)$/u.exec(line)?.groups?.["text"];
  if (quote !== undefined) {
    const bar = [styled("dim", "▏ ")];
    return wrapSpans(inlineSpans(quote, "dim"), { columns, first: bar, rest: bar });
  }
  const item = /^(?<indent>\s*)(?<mark>[-*+]|\d{1,9}[.)])\s+(?<text>.*)$/u.exec(line)?.groups;
  if (item === undefined) return wrapSpans(inlineSpans(line), { columns });
  const mark = /\d/u.test(item["mark"] ?? "") ? (item["mark"] ?? "") : "•";
  const indent = (item["indent"] ?? "").slice(0, Math.floor(columns / 3));
  return wrapSpans(inlineSpans(item["text"] ?? ""), {
    columns,
    first: [plain(indent), styled("bold", mark), plain(" ")],
    rest: [plain(" ".repeat(indent.length + mark.length + 1))],
  });
}

function stripped(text: string): string {
  return inlineSpans(text)
    .map((span) => span.text)
    .join("");
}
