// The search over recorded data.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cutAtMatches, holds, jsonOf, marksMax } from "./data-search.ts";

test("B4 a search finds names and values at any depth, whatever their case", () => {
  const data = { messages: [{ role: "user", content: [{ text: "Hello World" }] }], tools: ["execute"] };
  assert.ok(holds(data, "hello w"));
  assert.ok(holds(data, "role"));
  assert.ok(holds(data, "execute"));
  assert.ok(!holds(data, "goodbye"));
});

test("B4 matches are marked, and the text stays whole", () => {
  const pieces = cutAtMatches("one Two one", "one");
  assert.deepEqual(
    pieces.map(({ text, isMatch }) => [text, isMatch]),
    [
      ["one", true],
      [" Two ", false],
      ["one", true],
    ],
  );
  const many = cutAtMatches("ab".repeat(marksMax + 500), "a");
  assert.equal(many.filter(({ isMatch }) => isMatch).length, marksMax);
  assert.equal(many.map(({ text }) => text).join(""), "ab".repeat(marksMax + 500));
});

test("B4 a text whose lower case is longer is shown without marks rather than with wrong ones", () => {
  assert.deepEqual(cutAtMatches("İİ a", "a"), [{ text: "İİ a", isMatch: false }]);
});

test("B4 only objects and arrays are shown as trees", () => {
  assert.deepEqual(jsonOf('{"a":1}'), { a: 1 });
  assert.equal(jsonOf('"a"'), undefined);
  assert.equal(jsonOf("data: {}"), undefined);
});
