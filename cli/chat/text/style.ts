// Styled text: pieces with a style, broken into lines that fit, and turned into what a terminal understands at the very end.
import { cellsOf, widthOf } from "./width.ts";

export type StyleName =
  | "plain"
  | "bold"
  | "italic"
  | "dim"
  | "code"
  | "heading"
  | "link"
  | "added"
  | "removed"
  | "good"
  | "bad"
  | "strong-question";

export interface Span {
  readonly text: string;
  readonly style: StyleName;
}

/** Select Graphic Rendition (ECMA-48, 8.3.117): on, off. */
const CODES: Readonly<Record<StyleName, readonly [string, string]>> = {
  plain: ["", ""],
  bold: ["1", "22"],
  italic: ["3", "23"],
  dim: ["2", "22"],
  code: ["36", "39"],
  heading: ["1;4", "22;24"],
  link: ["4", "24"],
  added: ["32", "39"],
  removed: ["31", "39"],
  good: ["32", "39"],
  bad: ["31", "39"],
  "strong-question": ["1;33", "22;39"],
};

/** Turns spans into text. */
export type Paint = (spans: readonly Span[]) => string;

export function createPaint(hasColours: boolean): Paint {
  return (spans) =>
    spans
      .map(({ text, style }) => {
        const [on, off] = CODES[style];
        return !hasColours || on === "" || text === "" ? text : `\u001b[${on}m${text}\u001b[${off}m`;
      })
      .join("");
}

/** https://no-color.org, and terminals that know no colours. */
export function wantsColours(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

export const plain = (text: string): Span => ({ text, style: "plain" });
export const styled = (style: StyleName, text: string): Span => ({ text, style });

export interface WrapInput {
  readonly columns: number;
  /** Before the first line, and before all others. */
  readonly first?: readonly Span[];
  readonly rest?: readonly Span[];
}

/** Lines that fit, broken between words where that is possible. */
export function wrapSpans(spans: readonly Span[], { columns, first = [], rest = [] }: WrapInput): Span[][] {
  const lines: Span[][] = [[...first]];
  let used = spansWidth(first);
  const isAtStart = () => used === spansWidth(lines.length === 1 ? first : rest);
  const begin = () => {
    const ended = lines.at(-1);
    const last = ended?.at(-1);
    // The space between two words that are on two lines now.
    if (ended !== undefined && last !== undefined && !isAtStart())
      ended[ended.length - 1] = { ...last, text: last.text.trimEnd() };
    lines.push([...rest]);
    used = spansWidth(rest);
  };
  const put = (text: string, style: StyleName) => {
    const line = lines.at(-1);
    const before = line?.at(-1);
    // Words of one style are one piece: a terminal is told of each change only.
    if (line !== undefined && before?.style === style && !isAtStart())
      line[line.length - 1] = { text: before.text + text, style };
    else line?.push({ text, style });
    used += widthOf(text);
  };
  for (const { text, style } of spans) {
    for (const word of text.split(/(?<=\s)(?=\S)|(?<=\S)(?=\s)/u)) {
      if (used + widthOf(word) <= columns) put(word, style);
      else if (word.trim() === "") begin();
      else {
        if (!isAtStart()) begin();
        for (const cell of widthOf(word) <= columns - used ? [{ text: word, width: 0 }] : cellsOf(word)) {
          if (used + cell.width > columns && !isAtStart()) begin();
          put(cell.text, style);
        }
      }
    }
  }
  return lines;
}

export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}
