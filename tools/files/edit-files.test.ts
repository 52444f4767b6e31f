import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { aProject, textOf } from "./files-fixture.ts";

test("W6 edit_files edits several files and tells how many places of each", async (t) => {
  const project = aProject(t, { "a.txt": "one one\n", "b.txt": "two\r\nlines\r\n" });
  const output = await project.callInWorkspace("edit_files", {
    files: [
      { path: "a.txt", edits: [{ search: "one", replace: "1", replace_all: true }] },
      { path: "b.txt", edits: [{ search: "two\nlines", replace: "2\nlines" }] },
    ],
  });
  assert.deepEqual(output, {
    result: {
      files: [
        { path: "a.txt", replacements: 2, bytes: 4 },
        { path: "b.txt", replacements: 1, bytes: 10 },
      ],
    },
    is_error: false,
  });
  assert.equal(readFileSync(path.join(project.root, "b.txt"), "utf8"), "2\r\nlines\r\n");
});

test("W6 an edit that does not fit changes no file, and its error helps", async (t) => {
  const project = aProject(t, { "a.txt": "one\n", "b.txt": "two\ntwo\n  three\n" });
  const edit = (search: string) =>
    project.callInWorkspace("edit_files", {
      files: [
        { path: "a.txt", edits: [{ search: "one", replace: "1" }] },
        { path: "b.txt", edits: [{ search, replace: "x" }] },
      ],
    });
  assert.deepEqual(await edit("two"), {
    result: {
      error: 'Edit 1 of "b.txt": the search text matches 2 times (lines 1, 2). Nothing was changed.',
      hint: "Add lines around it to the search text until it matches once, or set replace_all.",
    },
    is_error: true,
  });
  const nearest = await edit("\tthree");
  assert.match(textOf(nearest.result, "error"), /matches 0 times\. Nothing was changed\./);
  assert.match(textOf(nearest.result, "hint"), /^Line 3 differs in white space only: " {2}three"/);
  assert.equal(readFileSync(path.join(project.root, "a.txt"), "utf8"), "one\n");
});

test("L4 edit_files without files, edits or a search text is refused by name", async (t) => {
  const project = aProject(t, { a: "x" });
  for (const [files, where] of [
    [[], /files: /],
    [[{ path: "a", edits: [] }], /files\[0\]\.edits: /],
    [[{ path: "a", edits: [{ search: "", replace: "" }] }], /files\[0\]\.edits\[0\]\.search: /],
    [[{ path: "a", edits: [{ search: "x", replace: "", all: true }] }], /"all"/],
  ] as const) {
    const { result, is_error } = await project.callInWorkspace("edit_files", { files });
    assert.equal(is_error, true);
    assert.match(textOf(result, "error"), where);
  }
});
