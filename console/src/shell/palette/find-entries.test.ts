import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLabels } from "../sidebar/row/labels-text.ts";
import { findEntries, type PaletteEntry } from "./find-entries.ts";

const entry = (words: string): PaletteEntry => ({ key: words, words, kind: "Page", run: "/" });
const found = (words: string, ...all: string[]) =>
  findEntries(all.map(entry), words).map((each) => each.words);

test("beginnings come first, then beginnings of words, then parts, then scattered letters", () => {
  assert.deepEqual(found("in", "Cabin", "Inbox", "Check in", "Icon", "Usage"), [
    "Inbox",
    "Check in",
    "Cabin",
    "Icon",
  ]);
});

test("without letters everything is there in its order, and letters that are missing find nothing", () => {
  assert.deepEqual(found("  ", "b", "a"), ["b", "a"]);
  assert.deepEqual(found("xyz", "Inbox"), []);
});

test("labels are read from a line, and a fault is told in a sentence", () => {
  assert.deepEqual(parseLabels(" team:web , url:http://x, "), { team: "web", url: "http://x" });
  assert.equal(parseLabels("team"), "“team” has no key: write key:value.");
  assert.equal(parseLabels(":x"), "“:x” has no key: write key:value.");
  assert.equal(parseLabels("a:1, a:2"), "The key “a” is there twice.");
});
