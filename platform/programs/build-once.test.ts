import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { buildOnce } from "./build-once.ts";

test("a built file has an absolute path, whatever the folder is called, and is built once", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "everturn-built-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  let builds = 0;
  const input = {
    folder: path.relative(process.cwd(), folder),
    name: "text",
    extension: ".txt",
    sources: ["package.json"],
    build: async () => `built ${++builds}`,
  };
  const [first, again] = [await buildOnce(input), await buildOnce(input)];
  assert.equal(path.isAbsolute(first.path), true);
  assert.equal(path.dirname(first.path), folder);
  assert.deepEqual(again, first);
  assert.equal(readFileSync(again.path, "utf8"), "built 1");
});
