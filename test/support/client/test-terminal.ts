// Tests: a terminal without one. It keeps what is printed and gives it back as the lines that a person would see: cursor
// movements are obeyed, so what was drawn anew is seen once.
import type { Key } from "../../../cli/chat/input/editor.ts";
import type { Terminal } from "../../../cli/chat/talk/terminal.ts";

export interface TestTerminal extends Terminal {
  /** What a person sees, all that was scrolled away included. */
  lines(): string[];
  press(...keys: Key[]): void;
  type(text: string): void;
  /** Types a line and sends it. */
  enter(text: string): void;
  /** Resolves when a line holds the text. */
  sees(text: string): Promise<void>;
  until(holds: (lines: readonly string[]) => boolean): Promise<void>;
}

export const CTRL_C: Key = { name: "c", ctrl: true, text: "\u0003" };
const ENTER: Key = { name: "return", text: "\r" };
/** A sequence with its number and its letter, a move to the start of a line, a new line, or text. */
// oxlint-disable-next-line no-control-regex
const PIECES = /\u001b\[\??(\d*)[\d;]*([A-Za-z])|\r|\n|[^\r\n\u001b]+|\u001b/gu;
const seenWithinMs = 45_000;

export function createTestTerminal(columns = 80): TestTerminal {
  const page: string[] = [""];
  let row = 0;
  let column = 0;
  let onKey: ((key: Key) => void) | null = null;
  const watchers = new Set<() => void>();
  const put = (text: string) => {
    const line = (page[row] ?? "").padEnd(column);
    page[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
  };
  const obey = (count: number, final: string) => {
    if (final === "A") row = Math.max(0, row - count);
    else if (final === "C") column += count;
    else if (final === "J") {
      page.length = row + 1;
      page[row] = (page[row] ?? "").slice(0, column);
    } else if (final !== "m" && final !== "h" && final !== "l") throw new Error(`unknown sequence ${final}`);
  };
  const terminal: TestTerminal = {
    columns,
    rows: 24,
    hasColours: false,
    write(text) {
      for (const [piece, count, final] of text.matchAll(PIECES)) {
        if (final !== undefined) obey(count === "" ? 1 : Number(count), final);
        else if (piece === "\r") column = 0;
        else if (piece === "\n") {
          row += 1;
          page[row] ??= "";
        } else put(piece);
      }
      for (const look of watchers) look();
    },
    onKey(listener) {
      onKey = listener;
    },
    onResize: () => undefined,
    lend: (run) => run(),
    close: () => undefined,
    lines: () => page.map((line) => line.trimEnd()),
    press: (...keys) => keys.forEach((key) => onKey?.(key)),
    type: (text) => [...text].forEach((char) => onKey?.({ text: char })),
    enter(text) {
      terminal.type(text);
      terminal.press(ENTER);
    },
    sees: (text) => terminal.until((lines) => lines.some((line) => line.includes(text))),
    until: (holds) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`not seen: ${holds.toString()}\n${terminal.lines().join("\n")}`));
        }, seenWithinMs);
        const look = () => {
          if (!holds(terminal.lines())) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
  return terminal;
}
