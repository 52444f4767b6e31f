// Tests server-sent events as servers really write them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { serverEvents } from "./server-events.ts";

async function read(
  ...chunks: (string | Uint8Array)[]
): Promise<readonly (readonly [string | null, string])[]> {
  const encoder = new TextEncoder();
  async function* bytes() {
    for (const chunk of chunks) yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
  }
  const events: [string | null, string][] = [];
  for await (const { name, data } of serverEvents(bytes())) events.push([name, data]);
  return events;
}

const CASES: readonly (readonly [string, string, readonly (readonly [string | null, string])[]])[] = [
  ["a name and data", "event: a\ndata: 1\n\n", [["a", "1"]]],
  ["no space behind the colon", "event:a\ndata:1\n\n", [["a", "1"]]],
  ["one space of two taken away", "data:  1\n\n", [[null, " 1"]]],
  [
    "carriage returns and line feeds",
    "data: 1\r\n\r\ndata: 2\r\n\r\n",
    [
      [null, "1"],
      [null, "2"],
    ],
  ],
  [
    "carriage returns alone",
    "data: 1\r\rdata: 2\r\r",
    [
      [null, "1"],
      [null, "2"],
    ],
  ],
  [
    "line ends mixed",
    "data: 1\r\n\ndata: 2\n\r\n",
    [
      [null, "1"],
      [null, "2"],
    ],
  ],
  ["a byte order mark", "\ufeffdata: 1\n\n", [[null, "1"]]],
  ["comments", ": OPENROUTER PROCESSING\n\n: keep-alive\ndata: 1\n\n", [[null, "1"]]],
  ["data of several lines", "data: a\ndata: b\n\n", [[null, "a\nb"]]],
  ["empty data, a keep-alive", "data:\n\ndata: 1\n\n", [[null, "1"]]],
  ["a name without data", "event: ping\n\ndata: 1\n\n", [[null, "1"]]],
  ["unknown fields, and lines without a colon", "id: 7\nretry: 1\nnonsense\ndata: 1\n\n", [[null, "1"]]],
  ["a field of its own for errors", 'error: {"code":400}\n\n', [["error", '{"code":400}']]],
  [
    "no empty line at the end",
    "data: 1\n\ndata: [DONE]",
    [
      [null, "1"],
      [null, "[DONE]"],
    ],
  ],
  [
    "one line feed between events",
    'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n\n',
    [
      [null, '{"a":1}'],
      [null, '{"b":2}'],
      [null, "[DONE]"],
    ],
  ],
  [
    "one line feed between named events",
    'event: x\ndata: {"a":1}\nevent: y\ndata: {"b":2}\n\n',
    [
      ["x", '{"a":1}'],
      ["y", '{"b":2}'],
    ],
  ],
  ["a name behind the data", 'data: {"a":1}\nevent: x\n\n', [["x", '{"a":1}']]],
  [
    "one document over several lines",
    'data: {"a":\ndata: {"b":2}\ndata: }\n\n',
    [[null, '{"a":\n{"b":2}\n}']],
  ],
  [
    "lines of JSON without a field",
    '{"error":{"message":"x"}}\n{\n "a": 1\n}\n',
    [
      [null, '{"error":{"message":"x"}}'],
      [null, '{\n "a": 1\n}'],
    ],
  ],
  ["a beginning of JSON that another event follows", '{"a":\ndata: 1\n\n', [[null, "1"]]],
  ["an event cut off", 'data: {"a', [[null, '{"a']]],
  ["text beyond the basic plane", "data: 日本 👩‍🚀\n\n", [[null, "日本 👩‍🚀"]]],
];

for (const [name, text, expected] of CASES) {
  test(`L13 server-sent events with ${name} are read, whole and byte by byte`, async () => {
    assert.deepEqual(await read(text), expected);
    assert.deepEqual(
      await read(...[...new TextEncoder().encode(text)].map((byte) => Uint8Array.of(byte))),
      expected,
    );
  });
}
