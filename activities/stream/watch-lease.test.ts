// Activities. Here: what of a turn goes out when nobody watches it, and how it comes to those who begin to.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { catchUpCharsMax, watchGraceMs, watchLeaseMs, watchRenewMs } from "../../core/chat/limits.ts";
import { mergeParts } from "../../core/part/stream-part.ts";
import { partsOf, pieces, startPartStream } from "../../test/support/reader/held-part-stream.ts";
import { createPartStream } from "./part-stream.ts";

/** A turn past its grace time, in which nobody watches: two parts were published, then one was not. */
async function anUnwatchedTurn(change: Parameters<typeof startPartStream>[0] = {}) {
  const held = startPartStream(change);
  held.text("a");
  await held.clock.advance(watchGraceMs - 1);
  held.text("b");
  await held.clock.advance(1);
  held.text("c");
  return held;
}

test("T3 a turn that nobody watches publishes its first parts and no others", async () => {
  const counted = { published: 0, unwatched: 0 };
  const onParts = (count: number, published: boolean) => {
    counted[published ? "published" : "unwatched"] += count;
  };
  const { published, stream } = await anUnwatchedTurn({ onParts });
  assert.deepEqual(pieces(partsOf(published)), ["a", "b"]);
  assert.deepEqual(counted, { published: 2, unwatched: 1 });
  assert.deepEqual(pieces(stream.parts()), ["a", "b", "c"]);
});

test("a turn that nobody watches is checkpointed every half heartbeat timeout, a watched one every second", async () => {
  const { clock, beats, text, say, watch } = await anUnwatchedTurn();
  const beatsWhile = async (seconds: number, each: () => Promise<void>) => {
    const before = beats.length;
    for (let i = 0; i < seconds * 10; i++) {
      text("x");
      if (i % 20 === 0) await each();
      await clock.advance(100);
    }
    return beats.length - before;
  };
  assert.equal(await beatsWhile(10, async () => undefined), 4);
  await say(watch());
  // The checkpoint for the one who began to watch; the others are counted from it.
  await clock.advance(50);
  assert.equal(await beatsWhile(10, () => say(watch())), 10);
});

test("an unwatched turn is checkpointed as configured, but never more often than a watched one", async () => {
  for (const [unwatchedCheckpointMs, count] of [
    [1_500, 6],
    [10, 10],
    [60_000, 4],
  ] as const) {
    const { clock, beats, text } = await anUnwatchedTurn({ unwatchedCheckpointMs });
    // From a checkpoint on, so that nothing of before counts.
    const begun = beats.length;
    while (beats.length === begun) await clock.advance(10);
    const from = beats.length;
    for (let i = 0; i < 1_000; i++) {
      text("x");
      await clock.advance(10);
    }
    assert.equal(beats.length - from, count, `every ${unwatchedCheckpointMs} ms`);
  }
});

test("T4 whoever begins to watch is told what it missed, merged, and a checkpoint is written; then each part", async () => {
  const { clock, published, beats, text, say, watch, stream } = await anUnwatchedTurn();
  const before = published.length;
  const beatsBefore = beats.length;
  await say(watch());
  const caught = partsOf(published.slice(before));
  assert.deepEqual(pieces(caught), ["a", "b", "c"]);
  assert.deepEqual(caught, mergeParts(stream.parts()));
  await clock.advance(0);
  assert.equal(beats.length, beatsBefore + 1);
  text("d");
  assert.deepEqual(pieces(partsOf(published.slice(before))), ["a", "b", "c", "d"]);
});

test("a lease is renewed without a word, and runs out when it is not", async () => {
  const { clock, published, text, say, watch } = await anUnwatchedTurn();
  await say(watch());
  const before = published.length;
  for (let i = 0; i < 5; i++) {
    await clock.advance(watchLeaseMs - 1);
    await say(watch());
  }
  assert.equal(published.length, before);
  await clock.advance(watchLeaseMs - 1);
  text("still");
  await clock.advance(1);
  text("no longer");
  assert.deepEqual(pieces(partsOf(published.slice(before))), ["still"]);
  assert.ok(watchLeaseMs > 2 * watchRenewMs, "one word of a replica may be lost");
});

test("T4 replicas that lack parts of a watched turn get them together, once per 50 ms", async () => {
  const { clock, published, text, say, ask } = startPartStream();
  text("a");
  const before = published.length;
  for (let i = 0; i < 20; i++) await say(ask());
  assert.deepEqual(pieces(partsOf(published.slice(before))), ["a"]);
  text("b");
  await clock.advance(50);
  assert.deepEqual(pieces(partsOf(published.slice(before))), ["a", "b", "a", "b"]);
  await clock.advance(1_000);
  assert.equal(partsOf(published.slice(before)).length, 3, "nobody asks any more");
});

test("T4 what was spilled is not said again: the rows have it, and together they are whole", async () => {
  const { clock, rows, published, stream, text, say, watch } = await anUnwatchedTurn({ bytesMax: 1_000 });
  text("x".repeat(2_000));
  await clock.advance(5_000);
  text("after");
  const before = published.length;
  await say(watch());
  const caught = partsOf(published.slice(before));
  assert.equal(caught[0]?.from_seq, (rows.at(-1)?.seq ?? 0) + 1);
  assert.deepEqual([...rows.flatMap((row) => pieces(row.parts)), ...pieces(caught)], pieces(stream.parts()));
});

test("of a tail that cannot be spilled only the newest is said again", async () => {
  const spill = () => Promise.reject(new Error("no database"));
  const { clock, published, text, say, watch, stream } = await anUnwatchedTurn({ spill });
  for (let i = 0; i < 100; i++) text("x".repeat(4_000));
  await clock.advance(5_000);
  const before = published.length;
  await say(watch());
  const caught = partsOf(published.slice(before));
  const chars = pieces(caught).join("").length;
  assert.ok(chars >= catchUpCharsMax && chars < catchUpCharsMax + 4_100);
  assert.equal(caught.at(-1)?.seq, stream.seq);
});

test("while the bus is down parts are published and checkpointed as if watched, and for a while when it is back", async () => {
  const { clock, network, published, text } = await anUnwatchedTurn();
  const before = published.length;
  network.cut();
  text("down");
  network.restore();
  text("back");
  await clock.advance(watchGraceMs);
  text("later");
  assert.deepEqual(pieces(partsOf(published.slice(before))), ["down", "back"]);
});

test("the steps of a turn share what is known of who watches", async () => {
  const { clock, published, stream, given, say, watch } = await anUnwatchedTurn();
  stream.close();
  const next = createPartStream({ ...given, episode: "6.1" });
  next.push(0, { type: "text", text: "nobody watches still" });
  const before = published.length;
  next.close();
  await say(watch());
  await clock.advance(watchLeaseMs - 1);
  const watched = createPartStream({ ...given, episode: "7.1" });
  watched.push(0, { type: "text", text: "seen" });
  watched.close();
  await clock.advance(watchLeaseMs);
  const anew = createPartStream({ ...given, episode: "8.1" });
  anew.push(0, { type: "text", text: "a turn later begins anew" });
  assert.deepEqual(pieces(partsOf(published.slice(before))), ["seen", "a turn later begins anew"]);
});

test("after close nothing is said again", async () => {
  const { clock, published, stream, text, say, ask } = startPartStream();
  text("a");
  await say(ask());
  await say(ask());
  stream.close();
  const before = published.length;
  await say(ask());
  await clock.advance(1_000);
  assert.equal(published.length, before);
});

test("T4 property: whenever somebody watches and stops, what goes out from then on joins with what was missed", async () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("write" as const), chars: fc.integer({ min: 0, max: 3_000 }) }),
    fc.record({ type: fc.constant("watch" as const) }),
    fc.record({ type: fc.constant("pause" as const), ms: fc.nat(8_000) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, rows, published, stream, text, say, watch } = startPartStream({ bytesMax: 4_096 });
      for (const one of steps) {
        if (one.type === "write") text("y".repeat(one.chars));
        if (one.type === "pause") await clock.advance(one.ms);
        if (one.type === "watch") await say(watch());
      }
      const from = published.length;
      await clock.advance(watchLeaseMs);
      await say(watch());
      text("end");
      const spilled = rows.flatMap((row) => row.parts);
      const live = partsOf(published.slice(from));
      const whole = new Map([...spilled, ...live].flatMap((part) => seqsOf(part)).map((seq) => [seq, true]));
      assert.equal(whole.size, stream.seq);
      stream.close();
    }),
    { numRuns: 40 },
  );
});

function seqsOf({ from_seq, seq }: { readonly from_seq: number; readonly seq: number }): number[] {
  return Array.from({ length: seq - from_seq + 1 }, (_, i) => from_seq + i);
}
