// Tools: head and tail of a process's output.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OutputWindow } from "./output-window.ts";

const limits = { headBytes: 40, tailBytes: 60 };
const note = (cut: { bytes: number; offset: number }) => `[${cut.bytes} at ${cut.offset}]`;

test("L8 W5 output that fits is kept as it is, in however many chunks it comes, repeated beginnings passed over", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 30 }),
      fc.array(fc.nat(120), { maxLength: 6 }),
      (text, cuts) => {
        const bytes = Buffer.from(text);
        const window = new OutputWindow({ headBytes: 500, tailBytes: 500 });
        for (const cut of cuts.toSorted((a, b) => a - b)) window.take(0, bytes.subarray(0, cut));
        window.take(0, bytes);
        assert.deepEqual(window.text(note), { text: bytes.toString(), truncated: false });
        assert.equal(window.end, bytes.length);
      },
    ),
  );
});

test("L8 W5 longer output keeps whole characters of head and tail, and says exactly what is missing", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 120, maxLength: 400 }),
      fc.integer({ min: 1, max: 97 }),
      (text, size) => {
        const bytes = Buffer.from(text);
        fc.pre(bytes.length > 100);
        const window = new OutputWindow(limits);
        for (let at = 0; at < bytes.length; at += size) window.take(at, bytes.subarray(at, at + size));
        const shown = window.text(note);
        assert.equal(shown.truncated, true);
        const match = /^(.*)\n\[(\d+) at (\d+)\]\n(.*)$/s.exec(shown.text);
        assert.ok(match);
        const [, head = "", missing, offset, tail = ""] = match;
        assert.ok(text.startsWith(head) && text.endsWith(tail), "whole characters only");
        assert.equal(Number(offset), Buffer.byteLength(head));
        assert.equal(Buffer.byteLength(head) + Number(missing) + Buffer.byteLength(tail), bytes.length);
      },
    ),
  );
});

test("W5 what the spool has dropped is counted as missing", () => {
  const window = new OutputWindow(limits);
  window.take(0, Buffer.from("begin"));
  window.take(1_000, Buffer.from("x".repeat(200)));
  const { text, truncated } = window.text(note);
  assert.equal(truncated, true);
  assert.match(text, /\[1100 at 40\]/);
});
