import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isAlive, readProcess } from "../../../platform/system-processes.ts";
import { soon } from "../../../test/support/soon.ts";
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
    await soon("it has left its group", () => readProcess(pid)?.group !== call.leader);
    const exit = once(call.shell, "exit");
    signalCall(call, "SIGTERM", true);
    await exit;
    await endRest(call, 5_000);
    assert.equal(isAlive(pid), false);
  });
}

test("W5 a signal reaches what leaves its group in that very moment", {
  skip: process.platform !== "linux",
}, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "call-processes-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const leave = join(dir, "leave");
  const waits = `until [ -e '${leave}' ]; do sleep 0.01; done; exec setsid sleep 600`;
  const call = await aCommand(t, `sh -c "${waits}" >/dev/null & echo $!`);
  if (call.shell.exitCode === null) await once(call.shell, "exit");
  const pid = Number(call.words[0]);
  const kill = process.kill.bind(process);
  t.mock.method(process, "kill", (target: number, signal: NodeJS.Signals) => {
    if (target === -call.leader) {
      writeFileSync(leave, "");
      while (readProcess(pid)?.group === call.leader)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
    return kill(target, signal);
  });
  signalCall(call, "SIGTERM", false);
  await soon("it ends", () => !isAlive(pid));
});

test("a signal reaches what outlives its shell, and nobody else", {
  skip: process.platform !== "linux",
}, async (t) => {
  const call = await aCommand(t, "setsid sleep 600 >/dev/null & echo $!");
  const other = await aCommand(t, "echo $$; sleep 600");
  if (call.shell.exitCode === null) await once(call.shell, "exit");
  const pid = Number(call.words[0]);
  signalCall(call, "SIGKILL", false);
  await soon("it ends", () => !isAlive(pid));
  assert.equal(isAlive(other.leader), true);
});
