// Head and tail of a process's output.
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
        assert.deepEqual(window.text(note), { text: bytes.toString(), isMarked: false, truncated: false });
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
  assert.match(text, /\[1135 at 5\]/);
});

test("W5 an error between two runs of progress is kept, and the progress is one line each", () => {
  const window = new OutputWindow({ headBytes: 200, tailBytes: 200 });
  const run = (what: string) =>
    Array.from({ length: 5_000 }, (_, at) => `\r\x1b[32m${what}\x1b[0m ${at}/4999`).join("");
  const output = Buffer.from(`${run("fetch")}\nerror: no such package\n${run("build")}\n`);
  for (let at = 0; at < output.length; at += 1_000) window.take(at, output.subarray(at, at + 1_000));
  assert.deepEqual(window.text(note), {
    text: "fetch 4999/4999\nerror: no such package\nbuild 4999/4999\n",
    isMarked: false,
    truncated: false,
  });
  assert.equal(window.end, output.length);
});

test("W5 of the lines that are cut away those that look like errors are kept, the first and the last of them", () => {
  const window = new OutputWindow({ headBytes: 100, tailBytes: 100 });
  const line = (at: number) =>
    at % 10 === 0 ? `src/a.ts:${at}: Error: ${at} is wrong\n` : `compiled module ${at}\n`;
  const output = Buffer.from(Array.from({ length: 1_000 }, (_, at) => line(at)).join(""));
  for (let at = 0; at < output.length; at += 777) window.take(at, output.subarray(at, at + 777));
  const { text } = window.text(note);
  const [, between = "", tail = ""] = text.split(/\nLines of them that look like errors:\n|\n\[…\]\n/);
  const kept = between.split("\n").map((each) => Number(/: (\d+) is wrong$/.exec(each)?.[1]));
  assert.deepEqual(kept.slice(0, 9), [10, 20, 30, 40, 50, 60, 70, 80, 90]);
  assert.equal(kept.at(-1), 990);
  assert.equal(kept.length, 20);
  const [, bytes, offset] = /\[(\d+) at (\d+)\]/.exec(text) ?? [];
  assert.equal(output.toString("utf8", 0, Number(offset)), text.slice(0, text.indexOf("\n[")));
  assert.equal(output.toString("utf8", Number(offset) + Number(bytes)), tail);
});

test("W5 bytes that are not UTF-8 are shown by their numbers", () => {
  const window = new OutputWindow(limits);
  window.take(0, Buffer.from("caf\u00e9", "latin1"));
  assert.deepEqual(window.text(note), { text: "caf\\xE9", isMarked: true, truncated: false });
});
