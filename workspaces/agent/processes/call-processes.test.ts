import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { isAlive, readProcess } from "../../../platform/system-processes.ts";
import { endRest, findMarked, killMarked, markedCommand, newMark, signalCall } from "./call-processes.ts";

interface Started {
  readonly mark: number;
  readonly leader: number;
  readonly shell: ChildProcess;
  /** The words that the command printed. */
  readonly words: readonly string[];
}

/** A command that has printed its first line and ends with the test. */
async function aCommand(t: TestContext, command: string): Promise<Started> {
  const mark = newMark();
  const args = markedCommand(mark, "/bin/sh", command);
  const shell = spawn("/bin/sh", args, { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => killMarked([mark]));
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  shell.stdout.resume();
  assert(shell.pid !== undefined);
  return { mark, leader: shell.pid, shell, words: line.toString().trim().split(" ") };
}

test("I2 a child that ignores SIGTERM is killed after its shell has gone", async (t) => {
  const call = await aCommand(t, "(trap '' TERM; echo ready; while :; do sleep 0.01; done) & wait");
  const exit = once(call.shell, "exit");
  signalCall(call, "SIGTERM", true);
  await exit;
  assert.notEqual(findMarked(new Set([call.mark])).size, 0, "the child ignores it");
  await endRest(call, 50);
  assert.equal(findMarked(new Set([call.mark])).size, 0);
});

// Each leaves its group and its session, and more of what a command can be known by.
const hidden = {
  "a session of its own": "setsid sleep 600 >/dev/null & hidden=$!",
  "an empty environment": "env -i setsid sleep 600 >/dev/null & hidden=$!",
  "a daemon that forks twice": 'hidden=$(setsid sh -c "(cd /; sleep 600 >/dev/null 2>&1 & echo \\$!)")',
};
for (const [name, command] of Object.entries(hidden)) {
  test(`W5 what a command started ends with it: ${name}`, {
    skip: process.platform !== "linux",
  }, async (t) => {
    const call = await aCommand(t, `${command}; echo $hidden; sleep 600`);
    const pid = Number(call.words[0]);
    // It is still on its way when its pid is told.
    while (readProcess(pid)?.group === call.leader) await new Promise((resolve) => setImmediate(resolve));
    const exit = once(call.shell, "exit");
    signalCall(call, "SIGTERM", true);
    await exit;
    await endRest(call, 5_000);
    assert.equal(isAlive(pid), false);
  });
}

test("a signal reaches what outlives its shell, and nobody else", {
  skip: process.platform !== "linux",
}, async (t) => {
  const call = await aCommand(t, "setsid sleep 600 >/dev/null & echo $!");
  const other = await aCommand(t, "echo $$; sleep 600");
  if (call.shell.exitCode === null) await once(call.shell, "exit");
  const pid = Number(call.words[0]);
  signalCall(call, "SIGKILL", false);
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isAlive(other.leader), true);
});
