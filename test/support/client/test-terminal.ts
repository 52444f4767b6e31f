// Tests: a terminal without one. It keeps what is printed and gives it back as the lines that a person would see: cursor
// movements are obeyed, so what was drawn anew is seen once.
import type { Key } from "../../../cli/chat/input/editor.ts";
import type { Terminal } from "../../../cli/chat/talk/terminal.ts";
import { ScreenRows } from "./screen-rows.ts";

export interface TestTerminal extends Terminal {
  /** What a person sees, all that was scrolled away included. */
  lines(): string[];
  press(...keys: Key[]): void;
  /** As terminals do it: lines that are too wide are broken, and joined again where there is room. */
  resize(columns: number): void;
  type(text: string): void;
  /** Types a line and sends it. */
  enter(text: string): void;
  /** Resolves when a line holds the text. */
  sees(text: string): Promise<void>;
  /** Resolves when something is printed next. */
  printed(): Promise<void>;
  until(holds: (lines: readonly string[]) => boolean): Promise<void>;
}

export const CTRL_C: Key = { name: "c", ctrl: true, text: "\u0003" };
const ENTER: Key = { name: "return", text: "\r" };
const seenWithinMs = 45_000;

export function createTestTerminal(columns = 80): TestTerminal {
  const rows = new ScreenRows();
  let width = columns;
  let onKey: ((key: Key) => void) | null = null;
  let onResize: (() => void) | null = null;
  const watchers = new Set<() => void>();
  const terminal: TestTerminal = {
    get columns() {
      return width;
    },
    rows: 24,
    hasColours: false,
    breaksLines: true,
    write(text) {
      rows.write(text);
      for (const look of watchers) look();
    },
    onKey(listener) {
      onKey = listener;
    },
    onResize(listener) {
      onResize = listener;
    },
    resize(to) {
      rows.breakAt(to);
      width = to;
      onResize?.();
    },
    lend: (run) => run(),
    close: () => undefined,
    lines: () => rows.lines(),
    press: (...keys) => keys.forEach((key) => onKey?.(key)),
    type: (text) => [...text].forEach((char) => onKey?.({ text: char })),
    enter(text) {
      terminal.type(text);
      terminal.press(ENTER);
    },
    sees: (text) => terminal.until((lines) => lines.some((line) => line.includes(text))),
    printed: () => nextCall(watchers),
    until: (holds) => untilHolds(() => terminal.lines(), watchers, holds),
  };
  return terminal;
}

function nextCall(watchers: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const once = () => {
      watchers.delete(once);
      resolve();
    };
    watchers.add(once);
  });
}

function untilHolds(
  lines: () => string[],
  watchers: Set<() => void>,
  holds: (lines: readonly string[]) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      watchers.delete(look);
      reject(new Error(`not seen: ${holds.toString()}\n${lines().join("\n")}`));
    }, seenWithinMs);
    const look = () => {
      if (!holds(lines())) return;
      clearTimeout(timer);
      watchers.delete(look);
      resolve();
    };
    watchers.add(look);
    look();
  });
}
