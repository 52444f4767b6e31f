import assert from "node:assert/strict";
import { test } from "node:test";
import { ansiPieces } from "./ansi.ts";
import { plainOutput } from "./plain-output.ts";

const esc = "\u001b";

test("U4 colours become names of classes", () => {
  assert.deepEqual(ansiPieces(`${esc}[31mred${esc}[0m ${esc}[1;92mgreen${esc}[0m`), [
    { text: "red", classes: "red" },
    { text: " ", classes: "" },
    { text: "green", classes: "green bold" },
  ]);
});

test("U4 colours of 256 and of 24 bits become one of the sixteen that can be read", () => {
  assert.deepEqual(
    ansiPieces(`${esc}[38;5;196ma${esc}[38;2;10;200;20mb`).map((piece) => piece.classes),
    ["red", "green"],
  );
});

test("U4 titles, links, clipboard writes and cursor moves leave no trace", () => {
  const hostile = [
    `${esc}]0;title\u0007`,
    `${esc}]8;;https://evil.example${esc}\\here${esc}]8;;${esc}\\`,
    `${esc}]52;c;ZXZpbA==\u0007`,
    `${esc}[2J${esc}[H${esc}[?25l${esc}[10A`,
    `${esc}Pq#0;2;0;0;0${esc}\\`,
    "\u009b31m",
    `${esc}c`,
  ].join("");
  assert.equal(plainOutput(`a${hostile}b`), "aherec".replace("c", "b"));
});

test("U4 an OSC that never ends takes nothing of the page along", () => {
  assert.equal(plainOutput(`a${esc}]0;never ends`), "a");
});

test("U4 hidden text is shown, and marks of direction are visible", () => {
  assert.equal(plainOutput(`${esc}[8mhidden${esc}[0m \u202eevil`), "hidden ⟨U+202E⟩evil");
});

test("of a progress bar its last state is left", () => {
  assert.equal(plainOutput("10 %\r50 %\r100 %\ndone\r\n"), "100 %\ndone\n");
});

test("a sequence that is cut in half is not shown", () => {
  assert.equal(plainOutput(`a${esc}[3`), "a");
});
