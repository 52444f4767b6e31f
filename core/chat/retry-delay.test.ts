import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelayMs, withJitter } from "./retry-delay.ts";

test("X1 waits double from one second to a minute, and a longer Retry-After raises them", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 24].map((n) => retryDelayMs(n, null)),
    [1000, 2000, 4000, 60_000, 60_000],
  );
  assert.equal(retryDelayMs(1, 7_000), 7_000);
  assert.equal(retryDelayMs(5, 7_000), 16_000);
  assert.equal(retryDelayMs(1, 10 ** 9), 3_600_000);
});

test("X1 jitter lengthens a wait by up to a fifth and never shortens it", () => {
  assert.deepEqual(
    [0, 0.5, 0.999].map((random) => withJitter(10_000, random)),
    [10_000, 11_000, 11_998],
  );
  assert.equal(withJitter(1, 0.999), 1);
});
