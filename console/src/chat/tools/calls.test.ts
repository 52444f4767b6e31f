import assert from "node:assert/strict";
import { test } from "node:test";
import { callWords, wishOf } from "./call-words.ts";
import { diffsOfCall, type LineDiff, sideBySide } from "./edit-diff.ts";

function said(tool: string, args: Parameters<typeof callWords>[1]): string {
  const { done, object } = callWords(tool, args);
  return `${done} ${object}`.trim();
}

test("a call says in words what it did", () => {
  assert.equal(said("execute", { command: "npm test" }), "Ran npm test");
  assert.equal(said("execute", { command: "cd x\nmake" }), "Ran cd x …");
  assert.equal(
    said("edit_files", { files: [{ path: "a" }, { path: "b" }, { path: "c" }] }),
    "Edited 3 files",
  );
  assert.equal(said("edit_files", { files: [{ path: "a.ts" }] }), "Edited a.ts");
  assert.equal(said("read_file", { path: "a.ts", offset: 10, limit: 5 }), "Read a.ts:10–14");
  assert.equal(said("grep", { pattern: "x+" }), "Searched for x+");
  assert.equal(said("github__create_issue", {}), "Called github: create_issue");
  assert.equal(said("pick_color", null), "Called pick_color");
  assert.equal(said("constructor", {}), "Called constructor");
});

test("a call that asks first says what it wants to do", () => {
  assert.equal(wishOf(callWords("execute", {})), "Run");
  assert.equal(wishOf(callWords("edit_files", {})), "Edit files");
  assert.equal(wishOf(callWords("github__x", {})), "Call github:");
});

test("U4 arguments that are something else than they should be are no fault, and what hides is shown", () => {
  assert.equal(said("execute", { command: 5, _raw: "x" }), "Ran");
  assert.equal(said("edit_files", { files: "x" }), "Edited files");
  assert.equal(said("read_file", { path: "a\u202etxt" }), "Read a⟨U+202E⟩txt");
});

/** The beginning and the end that both have stay; what is between is replaced. */
const plainDiff: LineDiff = (before, after) => [
  ...(before === "" ? [] : [{ value: before, removed: true }]),
  ...(after === "" ? [] : [{ value: after, added: true }]),
];

test("the edits of a call are a diff for each file", () => {
  const args = { files: [{ path: "a", edits: [{ search: "x\ny", replace: "z", replace_all: true }] }] };
  const [file] = diffsOfCall("edit_files", args, plainDiff);
  assert.deepEqual(file, {
    path: "a",
    added: 1,
    removed: 2,
    hunks: [
      {
        replace_all: true,
        lines: [
          { type: "removed", text: "x" },
          { type: "removed", text: "y" },
          { type: "added", text: "z" },
        ],
      },
    ],
  });
  assert.equal(diffsOfCall("edit_files", { files: 5 }, plainDiff).length, 0);
  assert.equal(diffsOfCall("write_file", { path: "b", content: "1\n2\n" }, plainDiff)[0]?.added, 2);
});

test("side by side, a replaced line stands beside its replacement", () => {
  const rows = sideBySide([
    { type: "same", text: "a" },
    { type: "removed", text: "b" },
    { type: "removed", text: "c" },
    { type: "added", text: "d" },
  ]);
  assert.deepEqual(
    rows.map(({ left, right }) => [left?.text ?? null, right?.text ?? null]),
    [
      ["a", "a"],
      ["b", "d"],
      ["c", null],
    ],
  );
});
