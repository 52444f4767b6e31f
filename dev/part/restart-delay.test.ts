import assert from "node:assert/strict";
import { test } from "node:test";
import { restartDelayMs } from "./restart-delay.ts";

test("a part killed from outside comes back at once, however often", () => {
  for (const crashes of [0, 5, 50]) {
    assert.ok(restartDelayMs({ bySignal: true, livedMs: 10, crashes }).ms <= 1_000);
  }
});

test("a part that crashes at its start waits longer each time, up to 15 s", () => {
  const delays: number[] = [];
  for (let crashes = 0; crashes < 10; ) {
    const delay = restartDelayMs({ bySignal: false, livedMs: 10, crashes });
    delays.push(delay.ms);
    crashes = delay.crashes;
  }
  assert.deepEqual(delays.slice(0, 4), [100, 200, 400, 800]);
  assert.equal(delays.at(-1), 15_000);
});

test("a crash after a long life begins anew", () => {
  assert.deepEqual(restartDelayMs({ bySignal: false, livedMs: 60_000, crashes: 9 }), { ms: 100, crashes: 1 });
});
