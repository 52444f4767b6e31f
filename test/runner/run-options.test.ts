// Tests: what the test command takes from its command line. The files that it runs here need no server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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
