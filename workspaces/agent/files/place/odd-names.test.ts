import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { rgPath } from "@vscode/ripgrep";
import fc from "fast-check";
import { createFiles } from "../create-files.ts";
import { faultOf, someFiles } from "../files-fixture.ts";
import { nameOf, nameShownAs, shownName, systemPath } from "./raw-names.ts";

const raw = (name: string) => Buffer.from(name, "latin1");

/** Files with names in Latin-1 beside one in UTF-8. */
function oddFiles(t: TestContext) {
  const { root } = someFiles(t, { "caf\u00e9.txt": "utf-8 needle\n" });
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), raw("caf\u00e9.txt")]), "latin-1 needle\n");
  mkdirSync(Buffer.concat([Buffer.from(`${root}/`), raw("d\u00e9")]));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), raw("d\u00e9/in.txt")]), "inner needle\n");
  return { root, files: createFiles({ root, rgPath }), signal: new AbortController().signal };
}

test("W6 names that are not UTF-8 are listed with their bytes escaped, and can be used so", async (t) => {
  const { root, files, signal } = oddFiles(t);
  const listed = await files.listDir({}, signal);
  assert.deepEqual(
    listed.entries.map(({ name }) => name),
    ["caf\u00e9.txt", "caf\\xE9.txt", "d\\xE9"],
  );
  assert.match(listed.note ?? "", /not UTF-8 are shown with \\xHH/);
  assert.equal((await files.listDir({ path: "d\\xE9" }, signal)).entries[0]?.name, "in.txt");
  assert.equal((await files.readLines({ path: "caf\\xE9.txt" }, signal)).content, "1\tlatin-1 needle");
  assert.equal((await files.readLines({ path: "caf\u00e9.txt" }, signal)).content, "1\tutf-8 needle");
  assert.equal((await files.stat({ path: "d\\xE9/in.txt" }, signal)).path, "d\\xE9/in.txt");
  const edits = [{ search: "latin-1", replace: "edited" }];
  const edited = await files.editFiles({ key: "k", files: [{ path: "caf\\xE9.txt", edits }] }, signal);
  assert.equal(edited.files[0]?.path, "caf\\xE9.txt");
  await files.writeFile({ key: "k", path: "d\\xE9/new.txt", content: "new" }, signal);
  assert.deepEqual(readdirSync(raw(`${root}/d\u00e9`)).toSorted(), ["in.txt", "new.txt"]);
  assert.equal(readdirSync(root).length, 3, "nothing was made beside them");
  assert.match(
    await faultOf(files.readLines({ path: "caf\\xE8.txt" }, signal)),
    /Similar names .*"caf\\\\xE9\.txt"/,
  );
});

test("W6 a search finds files whose names are not UTF-8, from the root and in such a folder", async (t) => {
  const { files, signal } = oddFiles(t);
  const grep = async (at?: string) =>
    (await files.grep({ pattern: "needle", ...(at !== undefined && { path: at }) }, signal)).matches.map(
      (match) => `${match.path}: ${match.text}`,
    );
  const all = ["caf\u00e9.txt: utf-8 needle", "caf\\xE9.txt: latin-1 needle", "d\\xE9/in.txt: inner needle"];
  assert.deepEqual((await grep()).toSorted(), all.toSorted());
  assert.deepEqual(await grep("d\\xE9"), all.slice(2));
  assert.deepEqual(await grep("caf\\xE9.txt"), all.slice(1, 2));
  const found = await files.findFiles({ pattern: "*.txt", path: "d\\xE9" }, signal);
  assert.deepEqual(found.paths, ["d\\xE9/in.txt"]);
  assert.match(found.note ?? "", /not UTF-8/);
});

test("W6 a name that really has a backslash in it is meant before one that is shown like it", async (t) => {
  const { root, files, signal } = oddFiles(t);
  writeFileSync(path.join(root, "caf\\xE9.txt"), "backslash");
  assert.equal((await files.readLines({ path: "caf\\xE9.txt" }, signal)).content, "1\tbackslash");
});

test("W7 a link with a target that is not UTF-8 leads there, and not out", async (t) => {
  const { root, files, signal } = oddFiles(t);
  symlinkSync(raw("d\u00e9/in.txt"), path.join(root, "in"));
  symlinkSync(raw("../d\u00e9"), path.join(root, "out"));
  assert.equal((await files.stat({ path: "in" }, signal)).path, "d\\xE9/in.txt");
  assert.match(await faultOf(files.stat({ path: "out" }, signal)), /^outside_workspace/);
});

test("W6 any bytes are a name, and come back from it and from how it is shown", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), (bytes) => {
      const name = nameOf(bytes);
      assert.deepEqual(Buffer.from(systemPath(name)), Buffer.from(bytes));
      const shown = shownName(name);
      assert.ok(shown.isWellFormed());
      if (shown !== name && !name.includes("\\")) assert.equal(nameShownAs(shown), name);
    }),
  );
});

test("W6 a file below 6,000 bytes of path is written, listed, read, searched and edited", async (t) => {
  const { root } = someFiles(t, { "top.txt": "x" });
  const files = createFiles({ root, rgPath });
  const { signal } = new AbortController();
  const folder = Array.from({ length: 60 }, () => "d".repeat(99)).join("/");
  const at = `${folder}/end.txt`;
  await files.writeFile({ key: "k", path: at, content: "one needle\n" }, signal);
  assert.deepEqual((await files.listDir({ path: folder }, signal)).entries, [
    { name: "end.txt", type: "file", size: 11 },
  ]);
  const edits = [{ search: "one", replace: "two" }];
  await files.editFiles({ key: "k", files: [{ path: at, edits }] }, signal);
  assert.equal((await files.readLines({ path: at }, signal)).content, "1\ttwo needle");
  const found = { path: at, line: 1, text: "two needle" };
  for (const searched of [folder, at]) {
    assert.deepEqual((await files.grep({ pattern: "needle", path: searched }, signal)).matches, [found]);
  }
  assert.deepEqual((await files.findFiles({ pattern: "*.txt", path: folder }, signal)).paths, [at]);
  // ripgrep does not get so far down by itself.
  const fromTop = await files.findFiles({ pattern: "*.txt" }, signal);
  assert.deepEqual(fromTop, {
    paths: ["top.txt"],
    truncated: true,
    note: "Some files or folders could not be read.",
  });
  assert.equal(readFileSync(path.join(root, "top.txt"), "utf8"), "x");
  // Node removes no such tree.
  execFileSync("rm", ["-rf", path.join(root, "d".repeat(99))]);
});
