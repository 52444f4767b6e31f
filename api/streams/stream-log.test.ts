import assert from "node:assert/strict";
import { test } from "node:test";
import { groupFrames, nextGroup, oneFrame, StreamLog } from "./stream-log.ts";

const limits = { eventsMax: 512, bytesMax: 1024 * 1024 };
const aLog = () => new StreamLog(limits);
const aFrame = (bytes: number, char = "x") => oneFrame(char.repeat(bytes));

function read(log: ReturnType<typeof aLog>, place: number): string | null {
  const next = nextGroup(log, place);
  return next === null || next === "lost" ? next : next.batch.bytes.toString();
}

test("a reader takes what came after its place, and then nothing", () => {
  const log = aLog();
  const start = log.end;
  log.append(oneFrame("a"));
  log.append(oneFrame("b"));
  assert.equal(read(log, start), "ab");
  assert.equal(read(log, start + 1), "b");
  assert.equal(read(log, log.end), null);
});

test("T7 a reader that has fallen behind what is kept has lost its place", () => {
  const log = aLog();
  for (let i = 0; i < 600; i++) log.append(oneFrame("x"));
  log.trim();
  assert.equal(read(log, 0), "lost");
  assert.equal(read(log, log.begin)?.length, limits.eventsMax);
  assert.equal(read(log, 599), "x");
});

test("T7 many events in few batches count as many, and large ones by their bytes", () => {
  const log = aLog();
  for (let i = 0; i < 4; i++) log.append({ bytes: Buffer.from("x"), entries: { length: 200 } });
  log.trim();
  assert.equal(log.begin, 2);
  const large = aLog();
  for (let i = 0; i < 6; i++) large.append(aFrame(256 * 1024));
  large.trim();
  assert.equal(large.begin, 2);
  assert.equal(read(large, 2)?.length, 256 * 1024);
});

test("T7 what is handed out at once is bounded, and never empty", () => {
  const log = aLog();
  for (let i = 0; i < 5; i++) log.append(aFrame(40 * 1024, String(i)));
  let place = 0;
  for (let i = 0; i < 5; i++) {
    const next = nextGroup(log, place);
    assert.ok(next !== null && next !== "lost");
    assert.equal(next.batch.entries.length, 1);
    place = next.number;
  }
  assert.equal(read(log, place), null);
  const groups = groupFrames([aFrame(200_000), aFrame(10), aFrame(20)]);
  assert.deepEqual(
    groups.map(({ bytes }) => bytes.length),
    [200_000, 30],
  );
});

test("entries may have numbers of their own, with gaps", () => {
  const log = aLog();
  for (const number of [3, 4, 9]) log.append(oneFrame(String(number)), number);
  assert.equal(read(log, 0), "349");
  assert.equal(read(log, 5), "9");
  assert.equal(read(log, 9), null);
});

test("all readers have lost their places after the log was invalidated, those that had taken all of it, too", () => {
  const log = aLog();
  log.append(oneFrame("a"));
  const tookAll = log.end;
  log.invalidate();
  assert.equal(read(log, tookAll), "lost");
  assert.equal(read(log, log.end), null);
  log.append(oneFrame("b"));
  assert.equal(read(log, log.end - 1), "b");
});

test("what all readers have taken is forgotten, and they go on from where they stand", () => {
  const log = aLog();
  log.append(oneFrame("a"));
  log.forget();
  assert.equal(read(log, log.end), null);
  assert.equal(read(log, log.end - 1), "lost");
});
