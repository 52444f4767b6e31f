import assert from "node:assert/strict";
import { test } from "node:test";
import { readChatCursor, writeChatCursor } from "./chat-list-cursor.ts";

const id = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

test("a list cursor comes back as the position it was made of", () => {
  for (const pin_order of [null, 3]) {
    const position = { pin_order, updated_us: 1_790_000_000_123_456, id };
    assert.deepEqual(readChatCursor(writeChatCursor(position)), position);
  }
});

test("what no list gave out is refused", () => {
  const foreign = ["", "!", "e30", Buffer.from(`["1", 2, "${id}"]`).toString("base64url")];
  for (const cursor of foreign) assert.throws(() => readChatCursor(cursor), { code: "invalid_cursor" });
});
