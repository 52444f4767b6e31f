// Tests: what the test command takes from its command line. The files that it runs here need no server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["test/runner/run.ts", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("an option that does not exist is told in words, with those that do", () => {
  const { status, stderr } = run("--bogus");
  assert.equal(status, 2);
  assert.match(stderr, /^Unknown option '--bogus'[^\n]*\n\nUsage: npm test -- /);
});

test("a folder stands for all files below it, and a name for the tests that it fits", () => {
  const { status, stdout } = run("platform/network", "--name", "a redirect is an answer");
  assert.match(stdout, /\n1 passed, 0 failed\n$/);
  assert.equal(status, 0);
});

test("a folder without tests is told", () => {
  const { status, stderr } = run("docs/decisions");
  assert.match(stderr, /^No test files match docs\/decisions/);
  assert.equal(status, 1);
});

test("a file that fails beside others and passes alone is named with its failure; one that fails again has failed", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "everturn-unsteady-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const text = (condition: string) => `import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
test("a promise", () => {
  const marker = new URL("./ran", import.meta.url);
  const isSecond = existsSync(marker);
  writeFileSync(marker, "");
  assert.ok(${condition}, "not kept");
});
`;
  const unsteady = join(folder, "unsteady.test.mjs");
  writeFileSync(unsteady, text("isSecond"));
  const chosen = run(unsteady);
  assert.deepEqual(
    [chosen.status, /once more/.test(chosen.stdout)],
    [1, false],
    "whoever chooses files sees each failure",
  );
  rmSync(join(folder, "ran"));
  const { status, stdout } = run(unsteady, "--second-try");
  assert.match(
    stdout,
    /unsteady: [^\n]+unsteady\.test\.mjs passed alone, and failed beside others:[^]*not kept/,
  );
  assert.match(stdout, /\n1 passed, 0 failed\n$/);
  assert.equal(status, 0);
  const broken = join(folder, "broken.test.mjs");
  writeFileSync(broken, text("false"));
  const twice = run(broken, "--second-try");
  assert.match(twice.stdout, /once more, alone:[^]*\n0 passed, 1 failed\n$/);
  assert.equal(twice.status, 1);
});
