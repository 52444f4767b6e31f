// The workspace agent: a group that was told to end does end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { endRestOfGroup, signalGroup } from "./end-group.ts";
import { identityOf, isAlive } from "./process-identity.ts";

test("I2 a child that ignores SIGTERM is killed after its leader has gone", async () => {
  const command = "(trap '' TERM; echo ready; while :; do sleep 0.01; done) & wait";
  const leader = spawn("/bin/sh", ["-c", command], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  assert(leader.pid !== undefined);
  await once(leader.stdout, "data");
  const exit = once(leader, "exit");
  assert(signalGroup(leader.pid, "SIGTERM"));
  await exit;
  assert(signalGroup(leader.pid, 0), "the child ignores it");
  const closed = once(leader.stdout, "close");
  leader.stdout.resume();
  await endRestOfGroup(leader.pid, 50);
  // The pipe is closed when the last who held it has gone.
  await closed;
});

test("a process is known by more than its number", () => {
  const identity = identityOf(process.pid);
  assert(identity !== null && isAlive(identity));
  assert(!isAlive({ ...identity, start_ticks: `${identity.start_ticks}0` }));
  assert(!isAlive({ ...identity, boot_id: "another" }));
  // Larger than any number Linux gives (2^22).
  assert.equal(identityOf(2 ** 22 + 1), null);
});
