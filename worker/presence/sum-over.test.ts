import assert from "node:assert/strict";
import { test } from "node:test";
import { newTally, sumOver } from "./sum-over.ts";

const items = Array.from({ length: 100 }, (_, at) => at);

test("O10 what is done side by side is all counted", async () => {
  const tally = newTally();
  await sumOver(items, async () => Promise.resolve(1), tally);
  assert.deepEqual(tally, { sum: 100, errors: [] });
});

test("O10 a run that cannot be looked at keeps none of the others from being handed on", async () => {
  const done: number[] = [];
  const tally = newTally();
  const work = async (item: number) => {
    await Promise.resolve();
    if (item % 10 === 0) throw new Error(`run ${item}`);
    done.push(item);
    return 1;
  };
  await sumOver(items, work, tally);
  assert.deepEqual([done.length, tally.sum, tally.errors.length], [90, 90, 10]);
});

test("O10 where Temporal is away, not every run is tried before the next attempt", async () => {
  let tries = 0;
  const tally = newTally();
  const work = async () => {
    tries += 1;
    await Promise.resolve();
    throw new Error("unavailable");
  };
  await sumOver(Array.from({ length: 2_000 }), work, tally);
  assert.equal(tries, tally.errors.length);
  assert.ok(tries >= 64 && tries < 64 + 16, `${tries} tries`);
});
