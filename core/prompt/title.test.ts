import assert from "node:assert/strict";
import { test } from "node:test";
import { titleFromContent } from "./title.ts";

test("M1 the first title is the first six words, at most 80 characters, without control characters", () => {
  const of = (text: string) => titleFromContent([{ type: "text", text }]);
  assert.equal(of("one two  three\nfour five six seven"), "one two three four five six");
  assert.equal(of("a\u0000b c"), "a b c");
  assert.equal(of(" \n "), "New chat");
  assert.equal(of(`😀${"x".repeat(200)}`).length, 81);
  assert.equal(titleFromContent([]), "New chat");
});
