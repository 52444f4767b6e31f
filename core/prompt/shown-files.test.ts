import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseShownFiles, type SizedFile } from "./shown-files.ts";

const room = { bytesMax: 100, filesMax: 10 };
const file = (file_id: string, bytes: number): SizedFile => ({ file_id, bytes });
const chosen = (...files: SizedFile[]) => [...chooseShownFiles(files, room)].join("");

test("C5 all files are sent while they fit, each once", () => {
  assert.equal(chosen(file("a", 40), file("b", 40), file("a", 40), file("c", 20)), "abc");
});

test("C5 when one more does not fit, the oldest go until there is room for some", () => {
  assert.equal(chosen(file("a", 40), file("b", 40), file("c", 30)), "c");
  assert.equal(chosen(file("a", 40), file("b", 40), file("c", 10), file("d", 20)), "cd");
});

test("C5 a file larger than all room is left out alone with what was before it, never an endless request", () => {
  assert.equal(chosen(file("a", 10), file("b", 101)), "");
  assert.equal(chosen(file("b", 100)), "b");
});

test("C5 a request carries at most so many files, and the choice changes rarely while the history grows", () => {
  const files = Array.from({ length: 50 }, (_, i) => file(`${i} `, 1));
  let changes = 0;
  for (let length = 1; length <= files.length; length++) {
    const before = [...chooseShownFiles(files.slice(0, length - 1), room)];
    const now = chooseShownFiles(files.slice(0, length), room);
    assert.ok(now.size <= 10 && now.has(`${length - 1} `));
    if (before.some((id) => !now.has(id))) changes++;
  }
  assert.ok(changes <= 9, `${changes} changes`);
});
