import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { commandLine, identify, isAlive, isSameProcess } from "./system-processes.ts";

// A folder that does not exist, to test systems without /proc, such as macOS.
const NO_PROC = "/nowhere";

for (const [system, proc] of [
  ["with /proc", "/proc"],
  ["without /proc", NO_PROC],
] as const) {
  test(`a process is known again by its start, and a stranger under its pid is not taken for it (${system})`, () => {
    const mine = identify(process.pid, proc);
    assert.ok(mine.started);
    assert.equal(isSameProcess(mine, proc), true);
    assert.equal(isSameProcess({ ...mine, started: "Thu Jan  1 00:00:00 1970" }, proc), false);
    assert.match(commandLine(process.pid, proc) ?? "", /node/);
  });

  test(`a process that has ended is neither alive nor the same (${system})`, async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const identity = identify(child.pid ?? 0, proc);
    assert.equal(isAlive(identity.pid, proc), true);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isAlive(identity.pid, proc), false);
    assert.equal(isSameProcess(identity, proc), false);
    assert.deepEqual(identify(identity.pid, proc), { pid: identity.pid, started: null });
    assert.equal(commandLine(identity.pid, proc), null);
  });
}

test("a living process whose start was never known is not ours", () => {
  assert.equal(isSameProcess({ pid: process.ppid, started: null }), false);
});
