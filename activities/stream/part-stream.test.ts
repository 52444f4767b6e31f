// Activities. Here: what the part stream promises about checkpoints, on a clock and a heartbeat that the test holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import {
  type CheckpointDetails,
  checkpointBytes,
  decodeCheckpoint,
  type SpillRow,
} from "../../core/part/checkpoint.ts";
import type { StreamPart } from "../../core/part/stream-part.ts";
import { partsOf, pieces, startPartStream as start } from "../../test/support/reader/held-part-stream.ts";
import { readCheckpoint } from "./read-checkpoint.ts";

test("the first part is checkpointed soon, later ones about once a second, and only when there is something new", async () => {
  const { clock, beats, text } = start();
  text("a");
  text("b");
  await clock.advance(250);
  assert.deepEqual(
    beats.map((beat) => beat.at),
    [250],
  );
  text("c");
  await clock.advance(999);
  assert.equal(beats.length, 1);
  await clock.advance(1);
  assert.deepEqual(
    beats.map((beat) => beat.at),
    [250, 1_250],
  );
  assert.deepEqual(pieces(decodeCheckpoint(beats.at(-1)?.details, null)?.parts as StreamPart[]), [
    "a",
    "b",
    "c",
  ]);
  await clock.advance(2_000);
  assert.equal(beats.length, 2);
});

test("a heartbeat goes out every half heartbeat timeout from the beginning, with nothing to say", async () => {
  const { clock, beats } = start();
  await clock.advance(10_000);
  assert.deepEqual(
    beats.map((beat) => beat.at),
    [2_500, 5_000, 7_500, 10_000],
  );
});

test("I5 the heartbeat of the attempt before is kept alive until this one has parts of its own", async () => {
  const heldDetails = { old: "text" };
  const { clock, beats, text, left } = start({ heldDetails });
  await clock.advance(2_500);
  assert.deepEqual(beats.at(-1)?.details, heldDetails);
  text("old text again");
  text(" and more");
  await clock.advance(250);
  assert.deepEqual(pieces((await left())?.parts), ["old text again", " and more"]);
});

test("without a live bus checkpoints come five times a second", async () => {
  const { clock, beats, text, network } = start();
  network.cut();
  for (let i = 0; i < 10; i++) {
    text("x");
    await clock.advance(100);
  }
  assert.deepEqual(
    beats.map((beat) => beat.at),
    [0, 200, 400, 600, 800, 1_000],
  );
});

test("a hub that joins gets a checkpoint at once; a crowd of them gets one per 50 ms", async () => {
  const { clock, beats, text, say, ask } = start();
  await clock.advance(100);
  text("a");
  for (let i = 0; i < 20; i++) await say(ask());
  await clock.advance(0);
  text("b");
  await say(ask());
  await clock.advance(60);
  assert.deepEqual(
    beats.map((beat) => beat.at),
    [100, 150],
  );
});

test("parts go out on the bus one by one as they come, long ones cut", () => {
  const { stream, published, text } = start();
  text("a");
  text("é".repeat(5_000));
  const parts = partsOf(published);
  assert.deepEqual(
    parts.map((part) => part.seq),
    [1, 2, 3, 4],
  );
  assert.ok(parts.every((part) => Buffer.byteLength(JSON.stringify(part.part)) < 4_200));
  assert.equal(stream.seq, 4);
  assert.equal(pieces(stream.parts()).join(""), `a${"é".repeat(5_000)}`);
});

test("I1 at every heartbeat, heartbeat and spill rows together hold every part up to its seq, within its size", async () => {
  const pushed = fc.array(fc.record({ chars: fc.integer({ min: 1, max: 2_500 }), wait: fc.nat(700) }), {
    minLength: 1,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(pushed, async (pushes) => {
      const { clock, beats, stream, text, left } = start({ bytesMax: 4_096 });
      for (const { chars, wait } of pushes) {
        text("x".repeat(chars));
        await clock.advance(wait);
        for (const beat of beats) assert.ok(checkpointBytes(beat.details as CheckpointDetails) <= 4_096);
        const vouched = beats.length === 0 ? 0 : (decodeCheckpoint(beats.at(-1)?.details, null)?.seq ?? 0);
        const found = await left();
        if (vouched > 0)
          assert.deepEqual(pieces(found?.parts).slice(0, vouched), pieces(stream.parts()).slice(0, vouched));
      }
      await stream.checkpointNow();
      assert.deepEqual(pieces((await left())?.parts), pieces(stream.parts()));
      stream.close();
    }),
    { numRuns: 30 },
  );
});

test("a spill is committed before the heartbeat that drops its parts", async () => {
  const order: string[] = [];
  const { clock, text } = start({
    bytesMax: 1_000,
    spill: async () => void order.push("spill"),
    failpoint: (name) => void order.push(name),
    heartbeat: (details) => void order.push(`beat ${(details as CheckpointDetails).spilled_seq}`),
  });
  text("x".repeat(2_000));
  await clock.advance(250);
  assert.deepEqual(order, ["beat 0", "spill", "spill:written", "beat 1"]);
});

test("a spill that fails loses nothing: the last checkpoint stays alive, and the tail is spilled later", async () => {
  let broken = true;
  const rows: SpillRow[] = [];
  const spill = async (row: SpillRow) => {
    if (broken) throw new Error("no database");
    rows.push(row);
  };
  const { clock, beats, stream, text } = start({ bytesMax: 1_000, spill });
  text("a");
  await clock.advance(250);
  text("x".repeat(2_000));
  await clock.advance(20_000);
  await assert.rejects(stream.checkpointNow(), /no database/);
  assert.ok(beats.every((beat, i) => i === 0 || beat.at - (beats[i - 1]?.at ?? 0) <= 2_500));
  assert.ok(beats.every((beat) => decodeCheckpoint(beat.details, null)?.seq === 1));
  broken = false;
  await stream.checkpointNow();
  const found = await readCheckpoint(beats.at(-1)?.details, { sealing: null, readSpill: async () => rows });
  assert.deepEqual(pieces(found?.parts), ["a", "x".repeat(2_000)]);
});

test("a short answer is over before its first heartbeat, and costs none", async () => {
  const { clock, beats, stream, text } = start();
  text("a");
  await clock.advance(249);
  stream.close();
  await clock.advance(10_000);
  assert.equal(beats.length, 0);
});

test("after close nothing beats any more, and the parts can still be read", async () => {
  const { clock, beats, stream, text } = start();
  text("a");
  stream.close();
  await clock.advance(10_000);
  assert.equal(beats.length, 0);
  assert.deepEqual(pieces(stream.parts()), ["a"]);
});

test("I5 a heartbeat without a checkpoint of ours leaves nothing to go on from", async () => {
  assert.equal(await readCheckpoint(undefined, { sealing: null, readSpill: async () => [] }), null);
  const { clock, beats, stream, text } = start({ bytesMax: 500 });
  text("x".repeat(1_000));
  await clock.advance(0);
  await stream.checkpointNow();
  assert.equal(
    await readCheckpoint(beats.at(-1)?.details, { sealing: null, readSpill: async () => [] }),
    null,
  );
});
