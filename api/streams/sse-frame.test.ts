// What a frame looks like to readers that cut lines at more than a line feed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame } from "./sse-frame.ts";

/** What Python's `str.splitlines` cuts at. */
const LINES = new RegExp(
  `[${[0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029].map((code) => String.fromCharCode(code)).join("")}]`,
);

test("T1 no text breaks the line of its frame, whatever a reader takes for a line break, and it parses to the same", () => {
  const text = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join("");
  const frame = encodeFrame({ id: "7", event: "log", json: JSON.stringify({ text }) });
  const lines = frame.split(LINES);
  assert.deepEqual([lines.length, lines[0], lines[1]], [5, "id: 7", "event: log"]);
  assert.deepEqual(JSON.parse((lines[2] as string).slice("data: ".length)), { text });
});

test("a frame has an id and a name only where it is given them", () => {
  assert.equal(encodeFrame({ json: "{}" }), "data: {}\n\n");
  assert.equal(encodeFrame({ id: null, event: "end", json: "{}" }), "event: end\ndata: {}\n\n");
});
