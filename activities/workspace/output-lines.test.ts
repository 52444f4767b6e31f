// Lines out of a process's output.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildLogLineBytesMax } from "../../core/chat/limits.ts";
import { OutputLines } from "./output-lines.ts";

function split(output: Uint8Array, chunk: number): { lines: string[]; covered: number } {
  const lines = new OutputLines(0);
  const got: string[] = [];
  for (let at = 0; at < output.length; at += chunk) got.push(...lines.push(output.subarray(at, at + chunk)));
  got.push(...lines.end());
  return { lines: got, covered: lines.covered };
}

test("W3 lines are the same however the output was cut on its way", () => {
  const output = Buffer.from("one\r\ntwo\n\nprogress 1\rprogress 2\rdone\r\nzażółć 🎉\nlast");
  const expected = ["one", "two", "", "progress 1", "progress 2", "done", "zażółć 🎉", "last"];
  for (let chunk = 1; chunk <= output.length; chunk++) {
    assert.deepEqual(split(output, chunk), { lines: expected, covered: output.length });
  }
});

test("W3 a worker that takes over after any line goes on with the next, and nothing is there twice", () => {
  const output = Buffer.from("a\nbb\r\nccc\rdddd\n");
  const first = new OutputLines(0);
  const before = first.push(output.subarray(0, 8));
  const second = new OutputLines(first.covered);
  assert.deepEqual([...before, ...second.push(output.subarray(first.covered))], ["a", "bb", "ccc", "dddd"]);
});

test("W3 a line without end is cut at whole characters and is all there", () => {
  const text = "🎉".repeat(buildLogLineBytesMax);
  for (const chunk of [1_000, 4_097, 100_000]) {
    const { lines } = split(Buffer.from(text), chunk);
    assert.equal(lines.join(""), text);
    for (const line of lines) assert.ok(Buffer.byteLength(line) <= buildLogLineBytesMax);
  }
});

test("W3 bytes that are no text are shown as such, and counted", () => {
  const output = Buffer.from([0xff, 0x00, 0x80, 0x0a, 0x61]);
  assert.deepEqual(split(output, 1), { lines: ["\uFFFD\u0000\uFFFD", "a"], covered: 5 });
});
