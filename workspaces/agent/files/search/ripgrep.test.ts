import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { createFiles } from "../create-files.ts";
import { faultOf, someFiles } from "../files-fixture.ts";

/** Files whose search program prints what it is told to, and then finds nothing more for ever. */
function slowFiles(t: TestContext, printed: string) {
  const { root, outside, signal } = someFiles(t, { "a.txt": "needle\n" });
  const rgPath = path.join(outside, "rg");
  writeFileSync(rgPath, `#!/bin/sh\nprintf '${printed}'\nexec sleep 60\n`);
  chmodSync(rgPath, 0o755);
  return { files: createFiles({ root, rgPath, searchMs: 300 }), signal };
}

test("W6 a search that runs out of time with nothing found says that it ran out of time", async (t) => {
  const { files, signal } = slowFiles(t, "");
  const fault =
    /^search_timeout: The search ran out of time before it had found anything: there may be matches\./;
  assert.match(await faultOf(files.grep({ pattern: "x" }, signal)), fault);
  assert.match(await faultOf(files.findFiles({ pattern: "*" }, signal)), fault);
});

test("W6 a search that runs out of time gives what it has found, and says that there may be more", async (t) => {
  const late = { truncated: true, note: "The search ran out of time: there may be more." };
  const found = slowFiles(t, "./a.txt\\0");
  const paths = await found.files.findFiles({ pattern: "*" }, found.signal);
  assert.deepEqual(paths, { paths: ["a.txt"], ...late });
  const matched = slowFiles(t, "./a.txt\\0001:1:0:\\n");
  const { matches, ...others } = await matched.files.grep({ pattern: "needle" }, matched.signal);
  assert.deepEqual(matches, [{ path: "a.txt", line: 1, text: "needle" }]);
  assert.deepEqual(others, late);
});
