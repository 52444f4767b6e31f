import assert from "node:assert/strict";
import { chmodSync, statSync, symlinkSync, truncateSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { editFileBytesMax, editFilesMax, editsPerFileMax } from "../file-limits.ts";
import { faultOf, someFiles } from "../files-fixture.ts";

test("W6 edits of several files are made together, and each file says how many", async (t) => {
  const { edit, text, names } = someFiles(t, { "a.txt": "one two two", "src/b.txt": "three" });
  const { files } = await edit(
    {
      path: "a.txt",
      edits: [
        { search: "one", replace: "1" },
        { search: "two", replace: "2", replace_all: true },
      ],
    },
    { path: "./src/b.txt", edits: [{ search: "three", replace: "drei" }] },
  );
  assert.deepEqual(files, [
    { path: "a.txt", replacements: 3, bytes: 5 },
    { path: "src/b.txt", replacements: 1, bytes: 4 },
  ]);
  assert.deepEqual([text("a.txt"), text("src/b.txt")], ["1 2 2", "drei"]);
  assert.deepEqual(names(), ["a.txt", "src/b.txt"], "nothing is left behind");
});

test("W6 one edit that does not fit, and no file is changed", async (t) => {
  const { edit, text, names, put } = someFiles(t, { "a.txt": "one", "b.txt": "two two", "c.txt": "three" });
  put("binary", Uint8Array.of(1, 0, 2));
  put("utf16", Buffer.from("\uFEFFhi", "utf16le"));
  const good = { path: "a.txt", edits: [{ search: "one", replace: "1" }] };
  const faults: readonly [path: string, search: string, fault: RegExp][] = [
    ["b.txt", "two", /^ambiguous_match: Edit 1 of "b\.txt": .*2 times \(lines 1, 1\)/],
    ["c.txt", "tree", /^no_match: .*nearest line is 1: "three"/],
    ["d.txt", "x", /^not_found: "d\.txt" does not exist in the workspace\. Similar names .*"a\.txt"/],
    [".", "x", /^not_a_file/],
    ["binary", "x", /^binary_file: The file is binary and cannot be edited/],
    ["utf16", "x", /^binary_file: .*UTF-16/],
    ["../outside/secret.txt", "secret", /^outside_workspace/],
  ];
  for (const [asked, search, fault] of faults) {
    const bad = { path: asked, edits: [{ search, replace: "" }] };
    assert.match(await faultOf(edit(good, bad)), fault);
    assert.match(await faultOf(edit(bad, good)), fault);
  }
  assert.equal(text("a.txt"), "one");
  assert.deepEqual(names(), ["a.txt", "b.txt", "binary", "c.txt", "utf16"]);
});

test("W6 a file named twice, or by a link, is one file and is edited on", async (t) => {
  const { edit, text, root } = someFiles(t, { "a.txt": "one" });
  symlinkSync("a.txt", path.join(root, "link"));
  const { files } = await edit(
    { path: "a.txt", edits: [{ search: "one", replace: "two" }] },
    { path: "link", edits: [{ search: "two", replace: "three" }] },
  );
  assert.deepEqual(files, [{ path: "a.txt", replacements: 2, bytes: 5 }]);
  assert.equal(text("a.txt"), "three");
});

test("W6 an edited file keeps its mode; one that would not change is not touched", async (t) => {
  const { edit, root, put } = someFiles(t);
  put("run.sh", "old");
  const file = path.join(root, "run.sh");
  chmodSync(file, 0o755);
  const { ino } = statSync(file);
  await edit({ path: "run.sh", edits: [{ search: "old", replace: "old" }] });
  assert.equal(statSync(file).ino, ino);
  await edit({ path: "run.sh", edits: [{ search: "old", replace: "new" }] });
  assert.equal(statSync(file).mode & 0o777, 0o755);
});

test("W6 too large a file and too many edits are refused", async (t) => {
  const { edit, root, put } = someFiles(t, { "a.txt": "x" });
  put("big", "x");
  truncateSync(path.join(root, "big"), editFileBytesMax + 1);
  const one = { search: "x", replace: "y" };
  assert.match(await faultOf(edit({ path: "big", edits: [one] })), /^file_too_large: "big" has \d+ bytes/);
  const many = { path: "a.txt", edits: Array.from({ length: editsPerFileMax + 1 }, () => one) };
  assert.match(await faultOf(edit(many)), /^bad_request/);
  const files = Array.from({ length: editFilesMax + 1 }, () => ({ path: "a.txt", edits: [one] }));
  assert.match(await faultOf(edit(...files)), /^bad_request/);
});

test("W6 files too large together are refused", async (t) => {
  const { edit, put } = someFiles(t);
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  for (const name of names) put(name, `${"x".repeat(5 * 1024 * 1024)}y`);
  const files = names.map((name) => ({ path: name, edits: [{ search: "y", replace: "z" }] }));
  assert.match(await faultOf(edit(...files)), /^file_too_large: .*together/);
});

test("W6 a CRLF file with a byte order mark keeps both on disk", async (t) => {
  const { edit, text } = someFiles(t, { "a.txt": "\uFEFFone\r\ntwo\r\n" });
  await edit({ path: "a.txt", edits: [{ search: "one\ntwo", replace: "1\n2" }] });
  assert.equal(text("a.txt"), "\uFEFF1\r\n2\r\n");
});

test("I2 an interrupted edit changes nothing", async (t) => {
  const { files, text } = someFiles(t, { "a.txt": "one" });
  const edits = [{ path: "a.txt", edits: [{ search: "one", replace: "two" }] }];
  await assert.rejects(files.editFiles({ key: "k", files: edits }, AbortSignal.abort()), {
    name: "AbortError",
  });
  assert.equal(text("a.txt"), "one");
});

test("W6 an edit asked for a second time is said to be made when it was, and only then", async (t) => {
  const { edit, write } = someFiles(t, { "a.txt": "one\nthree", "b.txt": "one\ntwo" });
  const again = (name: string) => faultOf(edit({ path: name, edits: [{ search: "three", replace: "two" }] }));
  await edit({ path: "a.txt", edits: [{ search: "three", replace: "two" }] });
  assert.match(await again("a.txt"), /^no_match: .* This edit was made before.* at line 2\./);
  assert.doesNotMatch(await again("b.txt"), /made before/, "another file holds the replacement by chance");
  await write("a.txt", "begun anew");
  assert.doesNotMatch(await again("a.txt"), /made before/, "nothing of it is left");
});
