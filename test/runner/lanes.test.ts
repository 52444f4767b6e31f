// Tests: no lane hides a failure, and none blames it on another file.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { longestFirst } from "./durations.ts";
import type { FileResult } from "./lane-messages.ts";
import { runInLanes } from "./lanes.ts";

const GOOD = 'import { test } from "node:test"; test("good", () => {});';

/** Runs files, given by their code, one after another in one lane. */
async function runInOneLane(t: TestContext, sources: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "everturn-lane-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = Object.entries(sources).map(([name, source]) => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, source);
    return file;
  });
  const results: FileResult[] = [];
  await runInLanes({
    files,
    lanesMax: 1,
    name: null,
    env: process.env,
    onFile: (result) => results.push(result),
  }).done;
  return {
    failures: results.map((result) => result.failures).join(""),
    /** By file: "passed/failed". */
    counts: Object.fromEntries(
      Object.keys(sources).map((name) => {
        const own = results.filter(({ file }) => basename(file, ".mjs") === name);
        const sum = (of: "passed" | "failed") => own.reduce((total, result) => total + result[of], 0);
        return [name, `${sum("passed")}/${sum("failed")}`];
      }),
    ),
  };
}

const BROKEN: Readonly<Record<string, string>> = {
  "an `after` of a suite that throws": `
    import { after, describe, test } from "node:test";
    describe("suite", () => { after(() => { throw new Error("broken"); }); test("one", () => {}); });`,
  "a `before` of a suite without tests that throws": `
    import { before, describe, test } from "node:test";
    test("one", () => {});
    describe("suite", () => { before(() => { throw new Error("broken"); }); describe("inner", () => {}); });`,
  "a suite that throws": `
    import { describe, test } from "node:test";
    test("one", () => {});
    describe("suite", () => { throw new Error("broken"); });`,
  "an `after` of the file that throws": `
    import { after, test } from "node:test";
    after(() => { throw new Error("broken"); });
    test("one", () => {});`,
  "a file that throws after its first test": `
    import { test } from "node:test";
    test("one", () => {});
    throw new Error("broken");`,
  "a timer that throws between files": `
    import { test } from "node:test";
    test("one", () => { setTimeout(() => { throw new Error("broken"); }, 12); });`,
  "a promise that is rejected between files": `
    import { test } from "node:test";
    test("one", () => { setTimeout(() => { void Promise.reject(new Error("broken")); }, 12); });`,
};

for (const [what, source] of Object.entries(BROKEN)) {
  test(`${what} is a failure of its file, and of no other`, async (t) => {
    const { counts, failures } = await runInOneLane(t, { bad: source, good: GOOD });
    assert.deepEqual(counts, { bad: "1/1", good: "1/0" });
    assert.match(failures, /broken/);
  });
}

test("an error after the lane's last file is a failure of the file that caused it", async (t) => {
  const bad = BROKEN["a timer that throws between files"] as string;
  const { counts } = await runInOneLane(t, { bad: bad.replace("12", "300") });
  assert.deepEqual(counts, { bad: "1/1" });
});

test("an error while the next file runs is a failure of the file that caused it", async (t) => {
  // The next file waits until the error has come.
  const bad = `
    import { test } from "node:test";
    test("one", () => {
      const timer = setInterval(() => {
        if (globalThis.process.env.NEXT_RUNS !== "1") return;
        clearInterval(timer);
        process.env.ERROR_CAME = "1";
        throw new Error("broken");
      }, 1);
    });`;
  const good = `
    import { test } from "node:test";
    test("good", async () => {
      process.env.NEXT_RUNS = "1";
      while (process.env.ERROR_CAME !== "1") await new Promise((resolve) => setTimeout(resolve, 1));
    });`;
  const { counts } = await runInOneLane(t, { bad, good });
  assert.deepEqual(counts, { bad: "1/1", good: "1/0" });
});

test("a process that ends after a file's last test is a failure of that file, and the next file runs", async (t) => {
  const bad = `
    import { test } from "node:test";
    test("one", () => { setTimeout(() => process.exit(3), 12); });`;
  assert.deepEqual((await runInOneLane(t, { bad })).counts, { bad: "1/1" });
  const { counts } = await runInOneLane(t, { bad: bad.replace("12", "0"), good: GOOD });
  assert.equal(counts["good"], "1/0");
  assert.match(counts["bad"] as string, /\/1$/);
});

test("a process that ends within a test is a failure of that test's file", async (t) => {
  const bad = 'import { test } from "node:test"; test("one", () => process.exit(0));';
  const { counts, failures } = await runInOneLane(t, { bad, good: GOOD });
  assert.deepEqual(counts, { bad: "0/1", good: "1/0" });
  assert.match(failures, /The process ended \(exit code 0\)/);
});

test("what a file sets globally is not there for the next one", async (t) => {
  const setting = `
    import { test } from "node:test";
    test("sets", () => {
      globalThis.window = {};
      globalThis.fetch = () => {};
      process.env.LEFT_BY_A_FILE = "1";
    });`;
  const looking = `
    import { equal } from "node:assert/strict";
    import { test } from "node:test";
    test("looks", () => {
      equal(typeof window, "undefined");
      equal(fetch.length, 1);
      equal(process.env.LEFT_BY_A_FILE, undefined);
    });`;
  const { counts } = await runInOneLane(t, { setting, looking });
  assert.deepEqual(counts, { setting: "1/0", looking: "1/0" });
});

test("the longest files begin first, and an unknown one takes its place in the middle", () => {
  const seconds = { short: 1, long: 30, middle: 5, gone: 100 };
  assert.deepEqual(longestFirst(["new", "short", "middle", "long"], seconds), [
    "long",
    "middle",
    "new",
    "short",
  ]);
});
