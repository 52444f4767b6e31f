/* oxlint-disable no-control-regex -- Control characters are what this file is about. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ScreenLine, TerminalScreen } from "./terminal-screen.ts";

/** The lines a terminal would show, after the output came in pieces of that many bytes. */
function shown(output: string, pieceBytes = output.length * 4 + 1): string {
  const lines: ScreenLine[] = [];
  const screen = new TerminalScreen(0, (line) => lines.push({ ...line }));
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length; at += pieceBytes) screen.write(bytes.subarray(at, at + pieceBytes));
  const text = [...lines, ...screen.lines()].map((line) => line.text + (line.ends ? "\n" : "")).join("");
  return Buffer.from(text, "latin1").toString();
}

const cases: readonly [what: string, output: string, shown: string][] = [
  ["plain lines", "a\nb\n", "a\nb\n"],
  ["tabs, which stay", "a\tb\n\tc", "a\tb\n\tc"],
  ["line ends of Windows", "a\r\nb\r\n", "a\nb\n"],
  ["progress that overwrites its line", " 10%\r 55%\r100%\nnext", "100%\nnext"],
  ["a shorter text over a longer one", "downloading\rdone", "doneloading"],
  ["a shorter text after the line was erased", "downloading\r\x1b[Kdone", "done"],
  ["a whole line erased (npm)", "idealTree: timing\x1b[2K\r\x1b[1Gadded 3 packages\n", "added 3 packages\n"],
  ["a spinner of backspaces", "wait |\b/\b-\b\\\b ok", "wait  ok"],
  ["colours and bold", "\x1b[1;31merror\x1b[0m: no\x1b[38;5;12m!\x1b[m", "error: no!"],
  ["titles and links", "\x1b]0;make\x07a \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ b", "a link b"],
  [
    "layers that are pulled side by side (docker)",
    "a: 1%\nb: 1%\n\x1b[2A\x1b[2Ka: done\r\x1b[1B\x1b[2Kb: done\r\x1b[1B",
    "a: done\nb: done\n",
  ],
  [
    "lines erased from below (pip, rich)",
    "one\ntwo\nthree\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[Gall",
    "all\n\n",
  ],
  ["everything below erased", "one\ntwo\nthree\x1b[2A\r\x1b[Jall", "all"],
  [
    "a bar that cargo draws over and prints above",
    "  Building [=> ] 1/2\r\x1b[K   Compiling a\n  Building [==>] 2/2\r\x1b[K    Finished\n",
    "   Compiling a\n    Finished\n",
  ],
  ["a column", "name\x1b[8Gvalue", "name   value"],
  ["a cleared screen, below what was there", "before\n\x1b[2J\x1b[3J\x1b[Hafter\n", "before\nafter\n"],
  ["frames drawn from the top again", "log\n\x1b[Hcpu 1\nmem 1\x1b[Hcpu 2\nmem 2", "log\ncpu 2\nmem 2"],
  ["characters of several bytes", "⠋ \u00e9t\u00e9\r⠙ \u00e9t\u00e9\r✔", "✔ \u00e9t\u00e9"],
  ["a bell, and an escape that means nothing", "a\x07b\x1b(Bc\x1b=d", "abcd"],
  ["a sequence that never ends", "a\x1b[31", "a"],
  ["a title that never ends", `a\x1b]0;\nb`, "a]0;\nb"],
  ["NUL, which no terminal shows and a program may mean", "a\0b", "a\0b"],
];

for (const [what, output, expected] of cases) {
  test(`W5 of ${what} the model gets what a terminal shows`, () => {
    assert.equal(shown(output), expected);
    for (const bytes of [1, 2, 3, 7]) assert.equal(shown(output, bytes), expected, `in pieces of ${bytes}`);
  });
}

const pieces = fc.constantFrom(
  "a",
  "text ",
  "\u00e9",
  "\n",
  "\r",
  "\b",
  "\t",
  "\x1b",
  "\x1b[A",
  "\x1b[2A",
  "\x1b[B",
  "\x1b[5C",
  "\x1b[D",
  "\x1b[K",
  "\x1b[1K",
  "\x1b[2K",
  "\x1b[J",
  "\x1b[2J",
  "\x1b[H",
  "\x1b[2;3H",
  "\x1b[31m",
  "\x1b]0;t\x07",
  "\x1bM",
  "\x1bc",
  "[",
  "\x1b[999999999C",
);

test("W5 however output is cut into pieces, the screen shows the same, and no escape sequence", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (parts, bytes) => {
      const output = parts.join("");
      const whole = shown(output);
      assert.equal(shown(output, bytes), whole);
      assert.doesNotMatch(whole, /[\x07\x08\r\x1b]/);
    }),
    { numRuns: 400 },
  );
});

test("W5 lines of plain output say where in it they stand", () => {
  const lines: ScreenLine[] = [];
  const screen = new TerminalScreen(100, (line) => lines.push({ ...line }));
  const output = Buffer.from(Array.from({ length: 200 }, (_, at) => `line \u00e9 ${at}\n`).join(""));
  screen.write(output);
  for (const { text, offset, isVerbatim } of [...lines, ...screen.lines()]) {
    assert.equal(isVerbatim, true);
    assert.equal(output.toString("latin1", offset - 100, offset - 100 + text.length), text);
  }
});

test("W5 output made to be rewritten without end costs no more than its length is worth", () => {
  for (const part of ["x\x1b[D", "\x1b[999C", "\b", "\x1b[999Cx\x1b[K", "\x1b[A\x1b[999Cy"]) {
    const screen = new TerminalScreen(0, () => undefined);
    screen.write(Buffer.from("w".repeat(8_000)));
    const bytes = Buffer.from(part.repeat(Math.ceil(200_000 / part.length)));
    screen.write(bytes);
    assert.ok(screen.lines().length <= 64);
    for (const { text } of screen.lines()) assert.ok(text.length <= 16 * 1024);
  }
});
