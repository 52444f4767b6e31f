import assert from "node:assert/strict";
import { test } from "node:test";
import { FeedLog } from "./feed-log.ts";

function read(log: FeedLog, from: number): string | null {
  const next = log.from(from);
  return next === null || next === "lost" ? next : next.frames.bytes.toString();
}

test("a reader takes what came after its place, and then nothing", () => {
  const log = new FeedLog();
  const start = log.end;
  log.append(Buffer.from("a"));
  log.append(Buffer.from("b"));
  assert.equal(read(log, start), "ab");
  assert.equal(read(log, start + 1), "b");
  assert.equal(read(log, log.end), null);
});

test("T7 a reader that has fallen behind what is kept starts anew", () => {
  const log = new FeedLog();
  for (let i = 0; i < 600; i++) log.append(Buffer.from("x"));
  assert.equal(read(log, 0), "lost");
  assert.equal(read(log, 599), "x");
  const large = new FeedLog();
  for (let i = 0; i < 6; i++) large.append(Buffer.alloc(256 * 1024, "x"));
  assert.equal(read(large, 1), "lost");
  assert.equal(read(large, 2)?.length, 256 * 1024);
});

test("T7 what is handed out at once is bounded, and never empty", () => {
  const log = new FeedLog();
  for (let i = 0; i < 5; i++) log.append(Buffer.alloc(40 * 1024, String(i)));
  let place = 0;
  for (let i = 0; i < 5; i++) {
    const next = log.from(place);
    assert.ok(next !== null && next !== "lost");
    assert.equal(next.frames.entries.length, 1);
    place = next.position;
  }
  assert.equal(log.from(place), null);
});

test("all readers start anew after the log was cleared, those that had seen all of it, too", () => {
  const log = new FeedLog();
  log.append(Buffer.from("a"));
  const seenAll = log.end;
  log.clear();
  assert.equal(read(log, seenAll), "lost");
  assert.equal(read(log, log.end), null);
  log.append(Buffer.from("b"));
  assert.equal(read(log, log.end - 1), "b");
});
