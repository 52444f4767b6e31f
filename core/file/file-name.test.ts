import assert from "node:assert/strict";
import { test } from "node:test";
import { fileNameFault, mendedFileName } from "./file-name.ts";
import { kindOf, mediaTypeOf } from "./media-type.ts";

test("C5 a file's name is one name: no path, no control characters, nothing that hides what it is", () => {
  for (const name of ["report.pdf", "Ünïcode 表.csv", "a".repeat(255), "..a", 'it\'s "it".md'])
    assert.equal(fileNameFault(name), null, name);
  for (const name of [
    "",
    "  ",
    "a/b",
    "a\\b",
    ".",
    "..",
    "a\nb",
    "a\0b",
    "\u202etxt.exe",
    "a".repeat(256),
    "\ud800",
  ])
    assert.notEqual(fileNameFault(name), null, JSON.stringify(name));
});

test("C5 a name from elsewhere is mended, or replaced where nothing of it is left", () => {
  assert.equal(mendedFileName("docs/plot.png", "file.png"), "plot.png");
  assert.equal(mendedFileName("C:\\a\\b\u202e.png", "file.png"), "b.png");
  assert.equal(mendedFileName("../", "file.png"), "file.png");
  assert.equal(mendedFileName("x".repeat(300), "file.png").length, 255);
});

test("C5 media types are known by their common names, with parameters and in any case", () => {
  assert.equal(mediaTypeOf("Image/JPG"), "image/jpeg");
  assert.equal(mediaTypeOf("text/plain; charset=utf-8"), "text/plain");
  assert.equal(kindOf("application/pdf"), "document");
  for (const name of ["", "image/svg+xml", "text/html", "constructor", "application/octet-stream"])
    assert.equal(mediaTypeOf(name), null, name);
});
