import assert from "node:assert/strict";
import { test } from "node:test";
import { mayJudge } from "./worker-watch.ts";

const again = { wasHeld: false, sameStart: true, isFirst: false, upMs: 9_000 };

test("O10 after all sessions fell, a free lock says nothing until its worker was seen, or had time to come back", () => {
  // One crashed backend ends all sessions, and the start time of Postgres stays the same.
  assert.equal(mayJudge(again), false);
  assert.equal(mayJudge({ ...again, wasHeld: true }), true);
  assert.equal(mayJudge({ ...again, upMs: 10_000 }), true);
});

test("O10 after a fail-over to a Postgres that has run for long, the workers still have time to come back", () => {
  const failedOver = { ...again, sameStart: false };
  assert.equal(mayJudge(failedOver), false);
  assert.equal(mayJudge({ ...failedOver, isFirst: true }), false);
  assert.equal(mayJudge({ ...failedOver, upMs: 10_000 }), true);
});

test("O10 a worker that starts goes on at once with what a dead one has left, if Postgres has run all the time", () => {
  assert.equal(mayJudge({ ...again, isFirst: true, upMs: 0 }), true);
});
