import assert from "node:assert/strict";
import { test } from "node:test";
import { excerptOf, searchWords } from "./excerpt.ts";

test("an excerpt begins shortly before the first word, and its matches are the words", () => {
  const text = `${"x ".repeat(200)}Red herrings, red and reddish. ${"y ".repeat(200)}`;
  const { text: shown, matches } = excerptOf(text, searchWords("red HERRING"));
  assert.ok(shown.length <= 240);
  assert.deepEqual(
    matches.map(([from, to]) => shown.slice(from, to)),
    ["Red", "herring", "red", "red"],
  );
});

test("signs of patterns are no words, and a text without them is shown from its beginning", () => {
  assert.deepEqual(searchWords(" (.*) a.b [ a "), ["a", "b"]);
  assert.deepEqual(excerptOf("nothing", searchWords("((")), { text: "nothing", matches: [] });
  assert.deepEqual(excerptOf("nothing", ["else"]), { text: "nothing", matches: [] });
});
