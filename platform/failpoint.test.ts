import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createFailpoint } from "./failpoint.ts";

/** Numbers of the passings at which the process would die; negative: at which it would freeze. */
function deathsWhilePassing(setting: string | undefined, names: readonly string[]): number[] {
  const deaths: number[] = [];
  let passing = 0;
  const failpoint = createFailpoint(setting, {
    die: () => deaths.push(passing),
    freeze: () => deaths.push(-passing),
  });
  for (passing = 0; passing < names.length; passing += 1) failpoint(names[passing] ?? "");
  return deaths;
}

test("without a setting every point is passed", () => {
  assert.deepEqual(deathsWhilePassing(undefined, ["a:b", "c"]), []);
});

test("the named point kills at its first passing, or at the one that is numbered", () => {
  assert.deepEqual(deathsWhilePassing("a:b", ["c", "a:b", "a:b"]), [1]);
  assert.deepEqual(deathsWhilePassing("a:b:2", ["a:b", "c", "a:b", "a:b"]), [2]);
});

test("with freeze: before its name the point freezes at that passing, and kills nobody", () => {
  assert.deepEqual(deathsWhilePassing("freeze:a:b", ["c", "a:b", "a:b"]), [-1]);
  assert.deepEqual(deathsWhilePassing("freeze:a:b:2", ["c", "a:b", "a:b"]), [-2]);
});

test("a point in a file is chosen while the process runs, and its passings count from then on", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "everturn-failpoint-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "point");
  const acts: string[] = [];
  const failpoint = createFailpoint(`file:${file}`, {
    die: () => acts.push("dies"),
    freeze: () => acts.push("freezes"),
  });
  failpoint("a:b");
  writeFileSync(file, "freeze:a:b:2");
  for (const name of ["a:b", "c", "a:b", "a:b"]) failpoint(name);
  assert.deepEqual(acts, ["freezes"]);
  writeFileSync(file, "c");
  for (const name of ["a:b", "c", "c"]) failpoint(name);
  assert.deepEqual(acts, ["freezes", "dies"]);
  rmSync(file);
  failpoint("c");
  assert.deepEqual(acts, ["freezes", "dies"]);
});

test("the process dies by SIGKILL and does nothing after the point", () => {
  const script = `
    import { createFailpoint } from ${JSON.stringify(new URL("failpoint.ts", import.meta.url).href)};
    import { writeSync } from "node:fs";
    process.on("exit", () => writeSync(1, "exit"));
    createFailpoint("here")("here");
    writeSync(1, "after");`;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(result.signal, "SIGKILL");
  assert.equal(result.stdout, "");
});
