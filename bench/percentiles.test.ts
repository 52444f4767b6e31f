import assert from "node:assert/strict";
import { test } from "node:test";
import { percentile, summarise, sumOfPairs } from "./percentiles.ts";

test("a percentile is a measured sample: of 1 to 100 the p-th is p", () => {
  const samples = Array.from({ length: 100 }, (_, i) => i + 1);
  for (const percent of [1, 50, 95, 99, 100]) assert.equal(percentile(samples, percent), percent);
});

test("percentile 0 is the smallest sample, and of a single sample each percentile is that sample", () => {
  assert.equal(percentile([3, 4], 0), 3);
  for (const percent of [0, 50, 99]) assert.equal(percentile([7], percent), 7);
});

test("the middle of an even number of samples is the lower of the two", () => {
  assert.equal(percentile([1, 2, 3, 4], 50), 2);
});

test("a summary does not depend on the order of its samples and leaves them as they were", () => {
  const samples = [5, 1, 4, 2, 3];
  assert.deepEqual(summarise(samples), { n: 5, p50: 3, p95: 5, p99: 5 });
  assert.deepEqual(samples, [5, 1, 4, 2, 3]);
});

test("numbers are ordered by size and not as text", () => {
  assert.equal(summarise([100, 9, 20]).p50, 20);
});

test("no samples are a failure, not a zero", () => {
  assert.throws(() => summarise([]), RangeError);
});

test("pairs are added one by one, as many as both lists have", () => {
  assert.deepEqual(sumOfPairs([1, 2, 3], [10, 20]), [11, 22]);
});
