import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanPhrase } from "./clean-phrase.ts";

const phrases: readonly [string, string][] = [
  ["Fixing the login page", "Fixing the login page"],
  ['"Fixing the login page."', "Fixing the login page"],
  ["“Fixing the login page”\n", "Fixing the login page"],
  ["Title: Fixing the login page", "Fixing the login page"],
  ["**Title:** Fixing the login page", "Fixing the login page"],
  ["# Fixing   the\tlogin page…", "Fixing the login page"],
  ["<think>The user wants\na title.</think>\n\nFixing the login page", "Fixing the login page"],
  ["Fixing the login page\n\nThis title says what the chat is about.", "Fixing the login page"],
  ["Why is 3.5 > 3.10?", "Why is 3.5 > 3.10?"],
  ["Using C++, not C#", "Using C++, not C#"],
  ["Don't repeat yourself", "Don't repeat yourself"],
  ["東京の天気", "東京の天気"],
  ["a\u0000b \u202egnp.exe", "a b gnp.exe"],
  ["one two three four five six seven eight nine", "one two three four five six seven eight"],
];
for (const [said, phrase] of phrases) {
  test(`M1 of ${JSON.stringify(said)} the title is ${JSON.stringify(phrase)}`, () => {
    assert.equal(cleanPhrase(said, 8), phrase);
  });
}

test("M1 an answer that is not a title gives no title", () => {
  for (const said of ["", " \n ", "“”", "...", "<think>still at it", "word ".repeat(17)]) {
    assert.equal(cleanPhrase(said, 8), null, JSON.stringify(said));
  }
});

test("M1 a title has at most 80 characters, whole ones, and cleaning it again changes nothing", () => {
  const phrase = cleanPhrase(`😀${"x".repeat(200)}`, 8) ?? "";
  assert.equal([...phrase].length, 80);
  assert.ok(phrase.isWellFormed());
  assert.equal(cleanPhrase(phrase, 8), phrase);
  assert.equal(cleanPhrase("one two three, four - five", 4), "one two three, four");
});
