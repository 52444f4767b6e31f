import assert from "node:assert/strict";
import { test } from "node:test";
import { createNarrator } from "./narrator.ts";

function written(tell: (narrator: ReturnType<typeof createNarrator>) => void): string {
  let text = "";
  tell(createNarrator((piece) => (text += piece)));
  return text;
}

test("a growing line reads like the whole text, and other lines start again", () => {
  const text = written((narrator) => {
    for (const delta of ["one", " two", " ", "three"]) narrator.grow("Model", delta);
    narrator.line("Check", "done");
  });
  assert.equal(text, "   Model  one two three\n   Check  done\n");
});

test("long text wraps below its beginning, no line is too long and none ends in spaces", () => {
  const words = Array.from({ length: 100 }, (_, index) => `word${index}`);
  const lines = written((narrator) => {
    for (const word of words) narrator.grow("Model", `${word} `);
  }).split("\n");
  assert.ok(lines.length > 5);
  assert.deepEqual(
    lines.flatMap((line) => line.slice(10).split(" ")),
    words,
  );
  for (const line of lines) assert.ok(line.length <= 100 && line === line.trimEnd(), line);
});

test("line breaks of the text stay", () => {
  assert.equal(
    written((narrator) => narrator.line("Model", "a\n\n- b")),
    "   Model  a\n\n          - b\n",
  );
});
