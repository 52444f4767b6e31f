import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFeedCursor, encodeFeedCursor } from "./feed-cursor.ts";

const owner = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

test("T5 a cursor of the feed comes back as it was, and is short", () => {
  const cursor = encodeFeedCursor(owner, 1_790_000_000_000);
  assert.ok(cursor.length <= 256);
  assert.equal(decodeFeedCursor(owner, cursor), 1_790_000_000_000);
  assert.equal(decodeFeedCursor(owner.toUpperCase(), cursor), 1_790_000_000_000);
});

test("T5 what is no cursor of this user is none", () => {
  const others = encodeFeedCursor("0193e4a2-7c3b-7d4e-8f5a-000000000000", 1);
  const long = `${encodeFeedCursor(owner, 1)}${"A".repeat(300)}`;
  for (const text of [undefined, "", "x", "1", others, long, encodeFeedCursor(owner, -1)]) {
    assert.equal(decodeFeedCursor(owner, text), null, text);
  }
});
