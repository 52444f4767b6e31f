// Tests that a checkpoint and its spill rows give back every part, or say that they cannot.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { checkpointBytes, decodeCheckpoint, encodeCheckpoint, joinCheckpoint } from "./checkpoint.ts";
import { mergeParts, type StreamPart, splitPart } from "./stream-part.ts";

function textParts(count: number, from = 1): StreamPart[] {
  return Array.from({ length: count }, (_, i) => {
    const seq = from + i;
    return { from_seq: seq, seq, index: 0, role: "assistant", part: { type: "text", text: `${seq},` } };
  });
}

const sealing = {
  seal: (text: string) => Buffer.from(text).toString("base64"),
  unseal: (text: string) => Buffer.from(text, "base64").toString("utf8"),
};

test("a checkpoint survives Temporal's JSON, readable or sealed", () => {
  const checkpoint = { episode: "5.1", seq: 4, spilled_seq: 2, parts: mergeParts(textParts(2, 3)) };
  for (const seals of [null, sealing]) {
    const details: unknown = JSON.parse(JSON.stringify(encodeCheckpoint(checkpoint, seals)));
    assert.deepEqual(decodeCheckpoint(details, seals), checkpoint);
  }
  const sealed = JSON.stringify(encodeCheckpoint(checkpoint, sealing));
  assert.ok(!sealed.includes("3,4,"), "sealed text must not be readable");
});

test("something that is not our checkpoint, or was sealed with another key, is refused", () => {
  for (const details of [undefined, null, 1, "x", {}, { v: 2 }, { v: 1, episode: "1.1", seq: 1 }, [1]]) {
    assert.equal(decodeCheckpoint(details, sealing), null);
  }
  const broken = { v: 1, episode: "1.1", seq: 1, spilled_seq: 0, sealed: "!" };
  assert.equal(decodeCheckpoint(broken, null), null);
  const throws = {
    ...sealing,
    unseal: () => {
      throw new Error("wrong key");
    },
  };
  assert.equal(decodeCheckpoint(broken, throws), null);
});

test("the size of a checkpoint is its bytes on the wire", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (text) => {
      const part: StreamPart = {
        from_seq: 1,
        seq: 1,
        index: 0,
        role: "assistant",
        part: { type: "text", text },
      };
      const details = encodeCheckpoint({ episode: "1.1", seq: 1, spilled_seq: 0, parts: [part] }, null);
      assert.equal(checkpointBytes(details), Buffer.byteLength(JSON.stringify(details)));
    }),
  );
});

test("T3 spill rows and tail join without a gap, even if they overlap", () => {
  fc.assert(
    fc.property(
      fc.record({ total: fc.integer({ min: 1, max: 30 }), a: fc.nat(30), b: fc.nat(30), seen: fc.nat(35) }),
      ({ total, a, b, seen }) => {
        const spilled = Math.min(a, total);
        const tailFrom = Math.min(b, spilled);
        const all = textParts(total);
        const row = { episode: "1.1", from_seq: 1, seq: spilled, parts: mergeParts(all.slice(0, spilled)) };
        const rows = spilled === 0 ? [] : [row];
        const tail = mergeParts(all.slice(tailFrom));
        const joined = joinCheckpoint(
          rows,
          { episode: "1.1", seq: total, spilled_seq: tailFrom, parts: tail },
          seen,
        );
        const after = Math.min(seen, total);
        assert.deepEqual(joined?.flatMap(splitPart), all.slice(after));
      },
    ),
  );
});

test("missing spill rows are noticed", () => {
  const checkpoint = { episode: "1.1", seq: 6, spilled_seq: 4, parts: textParts(2, 5) };
  assert.equal(joinCheckpoint([], checkpoint), null);
  const row = { episode: "1.1", from_seq: 1, seq: 3, parts: textParts(3) };
  assert.equal(joinCheckpoint([row], checkpoint), null);
  assert.equal(joinCheckpoint([], { ...checkpoint, parts: [] }), null);
});
