// Keeps what a program prints from doing more than being shown. Questions of programs are answered by typing into the shell, so they
// are answered only where they were asked just now, in the terminal that a person is in; and no answer holds a line break.
import type { IDisposable, Terminal } from "@xterm/xterm";

/** Questions that xterm would answer: what it is (DA, XTVERSION), where its cursor is (DSR), how it is set (DECRQM). */
const QUESTIONS = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { prefix: ">", final: "q" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
] as const;
/** Colours, which are asked for with `?` in place of a value. */
const COLOURS = [4, 10, 11, 12] as const;
/** The window and its titles, the clipboard, the folder, notifications: a page has nothing to do with them. */
const IGNORED = [0, 1, 2, 7, 9, 52, 99, 133, 777, 1337] as const;

/** @param mayAnswer whether the output is new, and a person is in this very terminal */
export function guardScreen(screen: Terminal, mayAnswer: () => boolean): IDisposable {
  const { parser } = screen;
  // A handler that says true has dealt with the sequence: xterm's own does not see it.
  const held = [
    ...QUESTIONS.map((question) => parser.registerCsiHandler(question, () => !mayAnswer())),
    ...COLOURS.map((code) => parser.registerOscHandler(code, (data) => data.includes("?") && !mayAnswer())),
    ...IGNORED.map((code) => parser.registerOscHandler(code, () => true)),
    // Settings (DECRQSS).
    parser.registerDcsHandler({ intermediates: "$", final: "q" }, () => !mayAnswer()),
    // Moves, resizes and reports the window.
    parser.registerCsiHandler({ final: "t" }, () => true),
  ];
  return {
    dispose() {
      for (const each of held) each.dispose();
    },
  };
}

/** Where a link leads, if it may lead there. */
export function safeLink(address: string): string | null {
  const url = URL.parse(address);
  return url !== null && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
}
