// Tests the names of workspaces.
import assert from "node:assert/strict";
import { test } from "node:test";
import { correctName, suffixedName } from "./workspace-name.ts";

test("W2 a valid name is kept as it is", () => {
  for (const name of ["demo", "a", "my-app-2", "x".repeat(32)]) assert.equal(correctName(name), name);
});

test("W2 an invalid name is corrected", () => {
  assert.equal(correctName("My App!"), "my-app");
  assert.equal(correctName("--Über  Größe--"), "uber-gro-e");
  assert.equal(correctName("../../etc/passwd"), "etc-passwd");
  assert.equal(correctName("a\nb"), "a-b");
  assert.equal(correctName(`${"x".repeat(31)}-y`), "x".repeat(31));
});

test("W2 a name of which nothing is left is called workspace", () => {
  for (const name of ["", "---", "日本", "!"]) assert.equal(correctName(name), "workspace");
});

test("W2 a suffixed name has at most 27 characters before its four digits", () => {
  assert.equal(suffixedName("x".repeat(40), "0a1b"), `${"x".repeat(27)}-0a1b`);
  assert.equal(suffixedName(`${"x".repeat(26)}-y`, "0a1b"), `${"x".repeat(26)}-0a1b`);
  assert.equal(suffixedName("", "0a1b"), "workspace-0a1b");
});
