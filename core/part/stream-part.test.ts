// Tests that parts say the same, however they are cut, merged and replayed.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { applyDelta, type DraftPart } from "../chat/draft-content.ts";
import { PartLog } from "./part-log.ts";
import {
  episodeName,
  mergeParts,
  type PartDelta,
  parseEpisode,
  partAfter,
  type StreamPart,
  slotOf,
  splitDelta,
  splitPart,
} from "./stream-part.ts";

const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constant(""),
);

const delta: fc.Arbitrary<PartDelta> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({ type: fc.constant("reasoning" as const), text }),
  fc.record({
    type: fc.constant("tool-call" as const),
    tool_call_id: fc.constantFrom("c1", "c2"),
    tool_name: fc.constant("grep"),
    args_delta: text,
  }),
  fc.record({
    type: fc.constant("tool-call" as const),
    tool_call_id: fc.constant("c1"),
    tool_name: fc.constant("grep"),
    provider_executed: fc.boolean(),
    args_delta: text,
  }),
  fc.constant({ type: "tool-call" as const, tool_call_id: "c1", tool_name: "grep", args: { a: 1 } }),
  fc.record({
    type: fc.constant("tool-result" as const),
    tool_call_id: fc.constant("c1"),
    result_delta: text,
  }),
  fc.constant({ type: "source" as const, url: "https://example.org", title: "t" }),
);

/** Parts of one episode from seq 1. There are few places, so neighbours often share one. */
const episode = fc
  .array(fc.record({ index: fc.integer({ min: 0, max: 2 }), part: delta }), { maxLength: 40 })
  .map((items) =>
    items.map((item, i): StreamPart => ({ from_seq: i + 1, seq: i + 1, role: "assistant", ...item })),
  );

function contentOf(parts: readonly StreamPart[]): Map<number, DraftPart> {
  const draft = new Map<number, DraftPart>();
  for (const part of parts) applyDelta(draft, part.index, part.part);
  return draft;
}

function seqs(parts: readonly StreamPart[]): number[] {
  return parts.flatMap((part) =>
    Array.from({ length: part.seq - part.from_seq + 1 }, (_, i) => part.from_seq + i),
  );
}

test("T3 merged parts show the same content as the parts they were, with every seq once and in order", () => {
  fc.assert(
    fc.property(episode, fc.integer({ min: 1, max: 20 }), (parts, charsMax) => {
      const merged = mergeParts(parts, charsMax);
      assert.deepEqual(contentOf(merged), contentOf(parts));
      assert.deepEqual(seqs(merged), seqs(parts));
    }),
  );
});

test("T3 merging merged parts again does not change the content, and splitting brings every piece back", () => {
  fc.assert(
    fc.property(episode, (parts) => {
      const twice = mergeParts(mergeParts(parts, 5));
      assert.deepEqual(contentOf(twice), contentOf(parts));
      const pieces = twice.flatMap(splitPart);
      assert.deepEqual(
        pieces.map((piece) => piece.seq),
        parts.map((part) => part.seq),
      );
      assert.ok(pieces.every((piece) => piece.from_seq === piece.seq));
      assert.deepEqual(contentOf(pieces), contentOf(parts));
    }),
  );
});

test("T4 merged parts cut at any seq give exactly what was not seen yet", () => {
  fc.assert(
    fc.property(episode, fc.nat(45), (parts, seen) => {
      const rest = mergeParts(parts).flatMap((part) => partAfter(part, seen) ?? []);
      const known = parts.filter((part) => part.seq <= seen);
      assert.deepEqual(contentOf([...known, ...rest]), contentOf(parts));
      assert.deepEqual(seqs(rest), seqs(parts.filter((part) => part.seq > seen)));
    }),
  );
});

test("T4 a log of parts replays from any seq, whether they came merged or not", () => {
  fc.assert(
    fc.property(episode, fc.nat(45), fc.integer({ min: 1, max: 9 }), (parts, seen, charsMax) => {
      const log = new PartLog();
      for (const part of mergeParts(parts, charsMax)) log.append(part);
      assert.equal(log.lastSeq, parts.length);
      const known = parts.filter((part) => part.seq <= seen);
      assert.deepEqual(contentOf([...known, ...log.after(seen)]), contentOf(parts));
      assert.deepEqual(seqs(log.after(0)), seqs(parts));
    }),
  );
});

test("a log refuses a part that does not follow", () => {
  const log = new PartLog();
  const late: StreamPart = {
    from_seq: 2,
    seq: 2,
    index: 0,
    role: "assistant",
    part: { type: "text", text: "b" },
  };
  assert.throws(() => log.append(late), RangeError);
});

test("parts of a log are never merged beyond what a frame may hold", () => {
  const log = new PartLog();
  const part = { type: "text", text: "x".repeat(20_000) } as const;
  for (let seq = 1; seq <= 5; seq++) log.append({ from_seq: seq, seq, index: 0, role: "assistant", part });
  assert.deepEqual(
    log.after(0).map((piece) => piece.seq),
    [1, 2, 3, 4, 5],
  );
});

test("a log splits parts that were merged for larger frames, and every piece stays whole", () => {
  const pieces = Array.from({ length: 90 }, (_, i): StreamPart => {
    const text = `${i}`.repeat(1_000);
    return { from_seq: i + 1, seq: i + 1, index: 0, role: "assistant", part: { type: "text", text } };
  });
  const log = new PartLog();
  const [whole] = mergeParts(pieces, Number.POSITIVE_INFINITY);
  log.append(whole as StreamPart);
  assert.ok(log.after(0).length > 1);
  assert.deepEqual(log.after(0).flatMap(splitPart), pieces);
});

test("a delta too long for the bus is cut between characters, and each piece fits as JSON", () => {
  const long = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(long, fc.integer({ min: 8, max: 60 }), (words, bytesMax) => {
      const pieces = splitDelta({ type: "text", text: words }, bytesMax);
      const texts = pieces.map((piece) => (piece.type === "text" ? piece.text : ""));
      assert.equal(texts.join(""), words);
      for (const piece of texts) {
        assert.ok(Buffer.byteLength(JSON.stringify(piece)) - 2 <= bytesMax);
        assert.ok(!/[\ud800-\udbff]$/.test(piece) || /[\ud800-\udbff](?![\udc00-\udfff])/.test(words));
      }
    }),
  );
});

test("an episode's name says its version, its attempt and its slot", () => {
  assert.equal(episodeName(5, 2), "5.2");
  assert.equal(slotOf("5.2"), "");
  const tool = episodeName(5, 0, "call.with.dots");
  assert.equal(slotOf(tool), "call.with.dots");
  assert.deepEqual(parseEpisode(tool), { history_version: 5, attempt: 0 });
  assert.equal(parseEpisode("5"), null);
  assert.equal(parseEpisode("a.b"), null);
});
