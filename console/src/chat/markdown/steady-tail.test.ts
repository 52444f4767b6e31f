import assert from "node:assert/strict";
import { test } from "node:test";
import { steadyTail } from "./steady-tail.ts";

const cases: readonly (readonly [string, string])[] = [
  ["a **bold", "a **bold**"],
  ["a **bold** and *it", "a **bold** and *it*"],
  ["a **", "a "],
  ["a ~~gone", "a ~~gone~~"],
  ["use `npm te", "use `npm te`"],
  ["use `", "use "],
  ["`a*b` and snake_case", "`a*b` and snake_case"],
  ["2 * 3 * 4", "2 * 3 * 4"],
  ["see [the do", "see the do"],
  ["see [the docs](https://ex", "see the docs"],
  ["see [the docs](https://x.example) now", "see [the docs](https://x.example) now"],
  ["a ![pict", "a "],
  ["- [ ] open\n- [", "- [ ] open"],
  ["Items:\n-", "Items:"],
  ["Title\n==", "Title"],
  ["| a | b", "| a | b |\n| --- | --- |"],
  ["| a | b |\n|-", "| a | b |\n| --- | --- |"],
  ["| a | b |\n|---|---|\n| 1", "| a | b |\n|---|---|\n| 1"],
  ["plain text.", "plain text."],
];

for (const [typed, shown] of cases)
  test(`U1 while it is written, ${JSON.stringify(typed)} is shown as ${JSON.stringify(shown)}`, () => {
    assert.equal(steadyTail(typed), shown);
  });
