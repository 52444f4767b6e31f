// Cursors come back as they were, and anything else is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../../test/support/fixed-seed.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

const chatId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const count = fc.integer({ min: 0, max: 999_999_999_999_999 });
const cursor = fc.record(
  {
    version: count,
    seq: count,
    episode: fc.option(fc.tuple(count, count).map(([version, attempt]) => `${version}.${attempt}`)),
  },
  { noNullPrototype: true },
);

test("T4 a cursor comes back as it was, opaque and short", () => {
  fc.assert(
    fc.property(cursor, (value) => {
      const text = encodeCursor(chatId, value);
      assert.ok(text.length <= 256 && /^[\w-]+$/.test(text));
      assert.deepEqual(decodeCursor(chatId, text), value);
      assert.deepEqual(decodeCursor(chatId.toUpperCase(), text), value);
    }),
  );
});

test("T5 whatever else a client sends is no cursor, and never throws", () => {
  const anything = fc.oneof(fc.string({ maxLength: 400 }), fc.base64String(), fc.string({ unit: "binary" }));
  fc.assert(fc.property(anything, (text) => assert.equal(decodeCursor(chatId, text), null)));
  assert.equal(decodeCursor(chatId, undefined), null);
});

test("T5 a cursor of another chat is foreign", () => {
  const other = encodeCursor("0193e4a2-7c3b-7d4e-8f5a-000000000001", { version: 1, seq: 0, episode: null });
  assert.equal(decodeCursor(chatId, other), null);
});
