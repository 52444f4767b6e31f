// Diffs of git as files with their hunks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDiff } from "./parse-diff.ts";

const lines = (...all: readonly string[]) => `${all.join("\n")}\n`;

test("U3 each file has its hunks, with what was added and removed", () => {
  const [file, ...rest] = parseDiff(
    lines(
      "diff --git a/src/a.ts b/src/a.ts",
      "index 1..2 100644",
      "--- a/src/a.ts",
      "+++ b/src/a.ts",
      "@@ -1,3 +1,3 @@ function",
      " one",
      "-two",
      "+TWO",
      " three",
      "@@ -9 +9,2 @@",
      "-nine",
      "+9",
      "+ten",
      "\\ No newline at end of file",
    ),
  );
  assert.deepEqual(rest, []);
  assert.equal(file?.path, "src/a.ts");
  assert.deepEqual([file?.added, file?.removed, file?.hunks.length, file?.note], [3, 2, 2, null]);
  assert.deepEqual(file?.hunks[0]?.lines[1], { type: "removed", text: "two" });
});

test("U3 a line that looks like a header is a line while its hunk lasts", () => {
  const [file, ...rest] = parseDiff(
    lines(
      "diff --git a/notes b/notes",
      "--- a/notes",
      "+++ b/notes",
      "@@ -1,2 +1,2 @@",
      "--- a/old",
      "+++ b/new",
      " diff --git a/x b/x",
    ),
  );
  assert.deepEqual(rest, []);
  assert.deepEqual(
    file?.hunks[0]?.lines.map(({ type, text }) => [type, text]),
    [
      ["removed", "-- a/old"],
      ["added", "++ b/new"],
      ["same", "diff --git a/x b/x"],
    ],
  );
});

test("U3 new, deleted, renamed and binary files say what they are", () => {
  const files = parseDiff(
    lines(
      "diff --git a/new file.txt b/new file.txt",
      "new file mode 100644",
      "--- /dev/null",
      "+++ b/new file.txt\t",
      "@@ -0,0 +1 @@",
      "+hello",
      "diff --git a/gone b/gone",
      "deleted file mode 100644",
      "--- a/gone",
      "+++ /dev/null",
      "@@ -1 +0,0 @@",
      "-bye",
      "diff --git a/a b/b",
      "similarity index 100%",
      "rename from a",
      "rename to b",
      "diff --git a/x.png b/x.png",
      "new file mode 100644",
      "Binary files /dev/null and b/x.png differ",
    ),
  );
  assert.deepEqual(
    files.map(({ path, note }) => [path, note]),
    [
      ["new file.txt", "New file"],
      ["gone", "Deleted"],
      ["b", "Was called a"],
      ["x.png", "New file, not text"],
    ],
  );
});

test("U3 a diff that is cut off in a hunk is shown as far as it goes, and none is no file", () => {
  const [file] = parseDiff("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n one\n-tw");
  assert.deepEqual(file?.hunks[0]?.lines.length, 2);
  assert.deepEqual(parseDiff(""), []);
});
