// A read that many ask for runs one at a time, and nobody gets one that began before they asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CoalescedRead } from "./coalesced-read.ts";

function holdReads() {
  const began: PromiseWithResolvers<void>[] = [];
  const read = new CoalescedRead(() => {
    const held = Promise.withResolvers<void>();
    began.push(held);
    return held.promise;
  });
  return { read, began };
}

test("S5 whoever asks while a read is under way gets the next one; all who wait share it", async () => {
  const { read, began } = holdReads();
  const asked = [read.run(), read.run(), read.run()];
  assert.equal(began.length, 1);
  began[0]?.resolve();
  await new Promise(setImmediate);
  assert.equal(began.length, 2);
  began[1]?.resolve();
  await Promise.all(asked);
  assert.equal(began.length, 2);
  assert.ok(!read.running);
});

test("a read that fails fails for all who wait, and the next one begins anew", async () => {
  const { read, began } = holdReads();
  const asked = [read.run(), read.run()];
  began[0]?.reject(new Error("away"));
  for (const each of asked) await assert.rejects(each, /away/);
  assert.equal(read.failures, 1);
  const again = read.run();
  began[1]?.resolve();
  await again;
  assert.equal(read.failures, 0);
});
