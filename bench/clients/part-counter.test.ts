import assert from "node:assert/strict";
import { test } from "node:test";
import { createPartCounter } from "./part-counter.ts";

function frameOf(fromSeq: number, seq: number, stamps: readonly number[]): string {
  const text = stamps.map((stamp) => `t@${stamp.toFixed(3)}`).join(" ");
  return `event: message_part\ndata: {"from_seq":${fromSeq},"seq":${seq},"part":{"text":"${text}"}}`;
}

const [first, second, third] = [1_763_000_000_000, 1_763_000_000_010, 1_763_000_000_020];

test("parts are counted one by one, merged ones too, each with its own latency", () => {
  const counter = createPartCounter();
  counter.count(frameOf(1, 1, [first]), first + 2);
  counter.count(frameOf(2, 3, [second, third]), third + 5);
  assert.equal(counter.read(), 3);
  assert.equal(counter.lost(), 0);
  assert.deepEqual(counter.latencies(first, third + 1), [2, 15, 5]);
});

test("a part that is skipped is lost", () => {
  const counter = createPartCounter();
  counter.count(frameOf(1, 1, [first]), first);
  counter.count(frameOf(3, 3, [third]), third);
  assert.equal(counter.newestWrittenAt(), third);
  assert.equal(counter.lost(), 1);
  assert.equal(counter.read(), 2);
});

test("what a resynchronised reader is shown again counts once", () => {
  const counter = createPartCounter();
  counter.count(frameOf(1, 1, [first]), first + 1);
  counter.count(frameOf(1, 2, [first, second]), second + 1);
  assert.equal(counter.read(), 2);
  assert.deepEqual(counter.latencies(first, third), [1, 1]);
});

test("only parts written within the time have their latency told", () => {
  const counter = createPartCounter();
  counter.count(frameOf(1, 1, [first]), first + 1);
  counter.count(frameOf(2, 2, [second]), second + 1);
  assert.deepEqual(counter.latencies(second, third), [1]);
});
