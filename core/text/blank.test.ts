// Tests which texts say nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isBlank } from "./blank.ts";

test("text of white space, controls and invisible characters alone is blank", () => {
  for (const text of [
    "",
    " \n\t",
    "\u200b",
    "\u200b\u200d\ufeff\u00ad",
    "\u3164",
    "\u2060\u200e\u200f",
    "\u00a0\u0000",
  ])
    assert.equal(isBlank(text), true, JSON.stringify(text));
});

test("text with a visible character is not blank, with or without invisible ones", () => {
  for (const text of ["a", "\u200b.", "👩\u200d💻", "0", "\ufffd", "\ud800"])
    assert.equal(isBlank(text), false, JSON.stringify(text));
});
