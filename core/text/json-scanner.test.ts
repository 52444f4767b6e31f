import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JsonScanner, type Scanned, type ScannedText } from "./json-scanner.ts";

const keptMessagesMax = 3;

function scan(text: string, cuts: readonly number[] = [], keptBytesMax = 1_000_000): Scanned {
  const scanner = new JsonScanner({ keptBytesMax, keptMessagesMax });
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) scanner.push(bytes.subarray(places[i - 1], places[i]));
  return scanner.scanned;
}

function parsed({ chunks }: ScannedText): unknown {
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function nodesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inside) => sum + nodesOf(inside), 1);
}

const anyValue = fc.jsonValue({ maxDepth: 4 });
const spacing = fc.constantFrom(undefined, 1, "\t");
const anyCuts = fc.array(fc.nat(), { maxLength: 8 });

test("A3 property: cut anywhere, the last messages and all the rest come out as they were sent", () => {
  fc.assert(
    fc.property(
      fc.array(anyValue, { maxLength: 6 }),
      fc.dictionary(fc.string(), anyValue),
      fc.tuple(spacing, anyCuts),
      (messages, fields, [space, cuts]) => {
        const body = { before: "messages", ...fields, messages, after: { messages: [1, [2]] } };
        const scanned = scan(JSON.stringify(body, null, space), cuts);
        assert.deepEqual(parsed(scanned.rest), { ...JSON.parse(JSON.stringify(body)), messages: [] });
        assert.equal(scanned.message_count, messages.length);
        assert.deepEqual(
          scanned.messages.map(parsed),
          JSON.parse(JSON.stringify(messages.slice(-keptMessagesMax))),
        );
      },
    ),
  );
});

test("A3 property: depth is counted exactly, and values never too few", () => {
  fc.assert(
    fc.property(anyValue, anyCuts, (value, cuts) => {
      const sent = JSON.parse(JSON.stringify([value])) as unknown;
      const { rest } = scan(JSON.stringify(sent), cuts);
      assert.equal(rest.depth, depthOf(sent));
      assert.ok(rest.nodes >= nodesOf(sent));
      const inside = scan(JSON.stringify({ messages: sent }), cuts).messages[0] as ScannedText;
      assert.deepEqual([inside.depth, inside.nodes >= nodesOf(value)], [depthOf(value), true]);
    }),
  );
});

test("A3 of messages of any size only those that fit are held, and the others are counted", () => {
  const scanned = scan(JSON.stringify({ messages: ["x".repeat(500), "kept", "y".repeat(500)] }), [], 100);
  assert.deepEqual(
    scanned.messages.map(({ bytes, chunks }) => [bytes, chunks.length]),
    [
      [502, 0],
      [6, 1],
      [502, 0],
    ],
  );
});

test("a list named twice counts as JSON counts it: the last one does", () => {
  const scanned = scan('{"messages":[1,2],"messages":[3]}');
  assert.deepEqual([scanned.message_count, scanned.messages.map(parsed)], [1, [3]]);
});

test("messages elsewhere are a field like any other", () => {
  for (const text of [
    '{"a":{"messages":[1]}}',
    '[{"messages":[1]}]',
    '{"messages":{"a":[1]}}',
    '{"message":[1]}',
  ])
    assert.deepEqual([scan(text).message_count, parsed(scan(text).rest)], [0, JSON.parse(text)]);
});
