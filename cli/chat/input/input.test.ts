// Tests of what keys make of a line, of the history, and of where the cursor is.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readChatOptions } from "../chat-options.ts";
import { clipped } from "../text/width.ts";
import { completed } from "./complete.ts";
import { type Edit, EMPTY_EDIT, editWith, type Key, leavesText, movedByLine, pressKey } from "./editor.ts";
import { historyFile, InputHistory } from "./history.ts";
import { inputLines } from "./input-lines.ts";

const typed = (text: string): Key[] => [...text].map((char) => ({ text: char }));

function press(keys: readonly Key[], from: Edit = EMPTY_EDIT): { edit: Edit; submitted: string[] } {
  const submitted: string[] = [];
  const edit = keys.reduce((before, key) => {
    const outcome = pressKey(before, key);
    if (outcome.submitted !== undefined) submitted.push(outcome.submitted);
    return outcome.edit;
  }, from);
  return { edit, submitted };
}

test("Enter sends, a backslash before it and Alt+Enter go on in the next line, and nothing is not sent", () => {
  const enter = { name: "return", text: "\r" };
  assert.deepEqual(press([...typed("hi"), enter]).submitted, ["hi"]);
  assert.deepEqual(press([...typed("a\\"), enter, ...typed("b"), enter]).submitted, ["a\nb"]);
  assert.deepEqual(press([...typed("a"), { ...enter, meta: true }, ...typed("b"), enter]).submitted, [
    "a\nb",
  ]);
  assert.deepEqual(press([...typed("  "), enter]).submitted, []);
});

test("a paste with line breaks stays one message", () => {
  const paste = [
    { name: "paste-start" },
    ...typed("one"),
    { name: "return", text: "\r" },
    ...typed("two"),
    { name: "paste-end" },
  ];
  assert.deepEqual(press([...paste, { name: "return", text: "\r" }]).submitted, ["one\ntwo"]);
});

test("keys move and cut as in a shell, by characters as readers see them", () => {
  const at = (cursor: number): Edit => ({ text: "one two 👩‍👩‍👧", cursor, isPasting: false });
  const end = at(16);
  assert.equal(press([{ name: "backspace" }], end).edit.text, "one two ");
  assert.equal(press([{ name: "w", ctrl: true }], at(7)).edit.text, "one  👩‍👩‍👧");
  assert.equal(press([{ name: "u", ctrl: true }], at(4)).edit.text, "two 👩‍👩‍👧");
  assert.equal(press([{ name: "k", ctrl: true }], at(3)).edit.text, "one");
  assert.equal(press([{ name: "a", ctrl: true }], end).edit.cursor, 0);
  assert.equal(press([{ name: "left", ctrl: true }], at(7)).edit.cursor, 4);
  assert.equal(press([{ name: "delete" }], at(0)).edit.text.slice(0, 3), "ne ");
  assert.equal(press([{ text: "\u001b" }, { text: "\u0000" }], at(0)).edit.text, at(0).text);
});

test("arrows move between lines, and leave the text at its ends", () => {
  const edit = { text: "first\nsecond", cursor: 9, isPasting: false };
  assert.equal(leavesText(edit, "up"), false);
  assert.equal(leavesText(edit, "down"), true);
  const up = movedByLine(edit, "up");
  assert.equal(up.cursor, 3);
  assert.equal(movedByLine(up, "down").cursor, 9);
});

test("the history goes back and forth, keeps what was begun, and is its owner's alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "everturn-history-"));
  const file = historyFile({ XDG_STATE_HOME: folder });
  new InputHistory(file).add("two\nlines");
  const history = new InputHistory(file);
  history.add("second");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(history.step("up", "draft"), "second");
  assert.equal(history.step("up", "second"), "two\nlines");
  assert.equal(history.step("up", "two\nlines"), null);
  assert.equal(history.step("down", ""), "second");
  assert.equal(history.step("down", ""), "draft");
  assert.equal(history.step("down", ""), null);
  writeFileSync(file, "not JSON\n");
  assert.equal(new InputHistory(file).step("up", ""), null);
  rmSync(folder, { recursive: true });
});

test("Tab completes as far as the commands agree", () => {
  const words = ["/clear", "/chats", "/compact", "/cost"];
  assert.deepEqual(completed("/cl", words), { text: "/clear ", choices: [] });
  assert.deepEqual(completed("/co", words), { text: "/co", choices: ["/compact", "/cost"] });
  assert.deepEqual(completed("/x", words), { text: "/x", choices: [] });
  assert.deepEqual(completed("demo s", ["Demo model", "Demo slow"]), { text: "Demo slow ", choices: [] });
  assert.deepEqual(completed("demo", ["Demo model", "Demo slow"]).text, "Demo ");
  assert.deepEqual(completed("src/m", ["src/main/"]), { text: "src/main/", choices: [] });
});

const room = { columns: 20, rowsMax: 9 };

test("a long line is broken at the edge, and the cursor is where it is typed", () => {
  assert.deepEqual(inputLines(editWith("abcdef"), "> ", { columns: 6, rowsMax: 9 }), {
    lines: ["> abc", "  def"],
    row: 1,
    column: 5,
  });
  assert.deepEqual(inputLines({ text: "日本", cursor: 1, isPasting: false }, "> ", room), {
    lines: ["> 日本"],
    row: 0,
    column: 4,
  });
  assert.deepEqual(inputLines(editWith("a\n"), "> ", room), { lines: ["> a", "  "], row: 1, column: 2 });
});

test("of more lines than there is room for, those around the cursor are seen, and how many are not", () => {
  const text = ["a", "b", "c", "d", "e", "f"].join("\n");
  const few = { columns: 20, rowsMax: 3 };
  const at = (cursor: number) => inputLines({ text, cursor, isPasting: false }, "> ", few);
  assert.deepEqual(at(11), { lines: ["… 4 more lines above", "  e", "  f"].map(cut), row: 2, column: 3 });
  assert.deepEqual(at(0), { lines: ["> a", "  b", "… 4 more lines below"].map(cut), row: 0, column: 2 });
  assert.deepEqual(at(5).lines, ["… 2 more lines above", "  c", "… 3 more lines below"].map(cut));
  assert.deepEqual(inputLines(editWith(text), "> ", { columns: 20, rowsMax: 1 }).lines, ["  f"]);
});

function cut(line: string): string {
  return clipped(line, 19);
}

test("a paste of a megabyte is taken letter by letter, and costs what its letters cost", () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} of a paste that has no end yet`);
  let edit = pressKey(EMPTY_EDIT, { name: "paste-start" }).edit;
  for (const line of lines) {
    for (const text of line) edit = pressKey(edit, { name: text, text }).edit;
    edit = pressKey(edit, { name: "return", text: "\r" }).edit;
  }
  edit = pressKey(edit, { name: "paste-end" }).edit;
  assert.equal(edit.text, `${lines.join("\n")}\n`);
  assert.equal(pressKey(edit, { name: "backspace" }).edit.text, lines.join("\n"));
  assert.equal(inputLines(edit, "> ", { columns: 80, rowsMax: 9 }).lines[0], "… 19993 more lines above");
});

test("an option that there is not, and an id that was cut, are told in a sentence", () => {
  assert.throws(
    () => readChatOptions(["--modle", "x"]),
    /^StartError: Unknown option '--modle'\. npm run chat -- --help/u,
  );
  assert.throws(() => readChatOptions(["--resume", "01a228ad-1360-70dd"]), /not the whole id of a chat/u);
  assert.deepEqual(readChatOptions(["--resume", "go on"]), { help: false, message: "go on", resume: null });
});
