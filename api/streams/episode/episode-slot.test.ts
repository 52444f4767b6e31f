// Whatever order parts of an episode come in, they are handed on once, in order, without a gap.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../test/support/fixed-seed.ts";
import { mergeParts, type StreamPart, splitPart } from "../../../core/part/stream-part.ts";
import { EpisodeSlot } from "./episode-slot.ts";

function parts(from: number, to: number): StreamPart[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const seq = from + i;
    return { from_seq: seq, seq, index: 0, role: "assistant", part: { type: "text", text: `${seq},` } };
  });
}

const slices = fc.array(
  fc.record({ from: fc.integer({ min: 1, max: 30 }), count: fc.nat(9), merged: fc.boolean() }),
  { maxLength: 40 },
);

test("T3 parts that come early, twice, late or merged are handed on once, in order, without a gap", () => {
  fc.assert(
    fc.property(slices, (heard) => {
      const slot = new EpisodeSlot("1.1");
      const seen = new Set<number>();
      const handedOn = heard.flatMap(({ from, count, merged }) => {
        const slice = parts(from, from + count);
        for (const { seq } of slice) seen.add(seq);
        return slot.take(merged ? mergeParts(slice) : slice);
      });
      let contiguous = 0;
      while (seen.has(contiguous + 1)) contiguous += 1;
      assert.deepEqual(handedOn.flatMap(splitPart), parts(1, contiguous));
      assert.equal(slot.lastSeq, contiguous);
      assert.equal(slot.gap, Math.max(0, ...seen) > contiguous);
    }),
  );
});

test("a slot that waits for a part keeps only so many behind it", () => {
  const slot = new EpisodeSlot("1.1");
  slot.take(parts(2, 6_000));
  assert.ok(slot.gap);
  assert.equal(slot.take(parts(1, 1)).flatMap(splitPart).length, 4_097);
  assert.ok(!slot.gap);
});
