import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { aProject } from "./files-fixture.ts";

test("W6 list_dir names what is in a folder, with types and sizes, links as links", async (t) => {
  const project = aProject(t, { "b.txt": "four", ".hidden": "", "sub/inner.txt": "x" });
  symlinkSync(path.join(project.outside, "secret.txt"), path.join(project.root, "link"));
  const { result, is_error } = await project.call("list_dir", {});
  assert.equal(is_error, false);
  assert.deepEqual(result, {
    path: ".",
    entries: [
      { name: ".hidden", type: "file", size: 0 },
      { name: "b.txt", type: "file", size: 4 },
      { name: "link", type: "symlink", size: null },
      { name: "sub", type: "dir", size: null },
    ],
    truncated: false,
  });
});

test("W6 list_dir takes a folder by path, by absolute path and by a link inside the project", async (t) => {
  const project = aProject(t, { "sub/deep/inner.txt": "x" });
  symlinkSync("sub/deep", path.join(project.root, "short"));
  const expected = {
    path: "sub/deep",
    entries: [{ name: "inner.txt", type: "file", size: 1 }],
    truncated: false,
  };
  for (const asked of [
    "sub/deep",
    "./sub/deep/",
    `${project.root}/sub/deep`,
    "short",
    "sub/../short",
    "sub//deep",
  ]) {
    assert.deepEqual((await project.call("list_dir", { path: asked })).result, expected, asked);
  }
});

test("W6 list_dir shows an empty folder as such", async (t) => {
  const project = aProject(t);
  assert.deepEqual((await project.call("list_dir", {})).result, { path: ".", entries: [], truncated: false });
});

test("W6 list_dir stops at 500 entries and says so", async (t) => {
  const files = Array.from({ length: 510 }, (_, at) => [`f${String(at).padStart(3, "0")}`, ""] as const);
  const project = aProject(t, Object.fromEntries(files));
  const { result, truncated } = await project.call("list_dir", {});
  const entries = result["entries"] as readonly { name: string }[];
  assert.equal(truncated, true);
  assert.equal(entries.length, 500);
  assert.equal(entries.at(-1)?.name, "f499");
});

test("W6 list_dir of long names stays below 64 KiB by whole entries", async (t) => {
  const files = Array.from({ length: 400 }, (_, at) => [`${at}-`.padEnd(250, "n"), ""] as const);
  const project = aProject(t, Object.fromEntries(files));
  const { result, truncated } = await project.call("list_dir", {});
  assert.equal(truncated, true);
  assert.ok(Buffer.byteLength(JSON.stringify(result)) <= 64 * 1024);
  assert.ok((result["entries"] as unknown[]).length > 200);
});

test("W6 list_dir of a file says to view it", async (t) => {
  const project = aProject(t, { "a.txt": "x" });
  assert.deepEqual(await project.call("list_dir", { path: "a.txt" }), {
    result: { error: '"a.txt" is a file.', hint: "Use view_file to read it." },
    is_error: true,
  });
});
