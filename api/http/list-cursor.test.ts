import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { listCursor } from "./list-cursor.ts";

const id = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const cursor = listCursor({
  pin_order: z.int32().nullable(),
  updated_us: z.int().nonnegative(),
  id: z.uuid(),
});

test("a list cursor comes back as the position it was made of", () => {
  for (const pin_order of [null, 3]) {
    const position = { pin_order, updated_us: 1_790_000_000_123_456, id };
    assert.deepEqual(cursor.read(cursor.write(position)), position);
  }
});

test("a list cursor stays the text that clients already hold", () => {
  const text = Buffer.from(`[3,5,"${id}"]`).toString("base64url");
  assert.equal(cursor.write({ pin_order: 3, updated_us: 5, id }), text);
});

test("what no list gave out is refused", () => {
  const foreign = [
    "",
    "!",
    "e30",
    "bnVsbA",
    ...[`["1", 2, "${id}"]`, `[1, 2, "${id}", 4]`, "[1, 2]"].map(coded),
  ];
  for (const text of foreign) assert.throws(() => cursor.read(text), { code: "invalid_cursor" });
});

function coded(text: string): string {
  return Buffer.from(text).toString("base64url");
}
