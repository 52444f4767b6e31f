// What a terminal was set to, read from what was printed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TerminalModes } from "./terminal-modes.ts";

function modesOf(...pieces: readonly string[]): string {
  const modes = new TerminalModes();
  for (const piece of pieces) modes.take(piece);
  return modes.toString();
}

const editor = "\u001b[?1049h\u001b[22;0;0t\u001b[?1h\u001b=\u001b[?2004h\u001b[?25l\u001b[1;24r text";

test("W5 what an editor has set is told, its screen first, and sets another terminal in the same way", () => {
  const modes = modesOf("\u001b[?2004h$ vim\r\n\u001b[?2004l", editor);
  assert.equal(modes, "\u001b[?1049h\u001b[?1h\u001b[?2004h\u001b[?25l\u001b=");
  assert.equal(modesOf(modes), modes);
  assert.equal(modesOf(modes, "\u001b[?25h\u001b[?1;2004l\u001b>\u001b[?1049l"), "");
});

test("W5 a sequence that is cut anywhere is read whole", () => {
  for (let at = 0; at <= editor.length; at++) {
    assert.equal(modesOf(editor.slice(0, at), editor.slice(at)), modesOf(editor), `at ${at}`);
  }
  assert.equal(modesOf(...editor.split("")), modesOf(editor));
});

test("W5 resets set a terminal back, and what is no mode of ours, or has no end, changes nothing", () => {
  assert.equal(modesOf(editor, "\u001bc"), "");
  assert.equal(modesOf(editor, "\u001b[!p"), "\u001b[?1049h\u001b[?2004h");
  assert.equal(modesOf("\u001b[?9999h\u001b[25l\u001b[?h\u001b[?;h\u001b]0;\u001b[?7"), "");
  assert.equal(modesOf(`\u001b[?${"1;".repeat(50_000)}`, "1049h"), "");
});
