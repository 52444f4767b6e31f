// Which files of a workspace the page shows, and as what.
import assert from "node:assert/strict";
import { test } from "node:test";
import { planToShow, shownImageBytesMax, shownTextBytesMax, textOf } from "./file-kind.ts";

test("U4 an SVG is shown as text, never as an image", () => {
  assert.deepEqual(planToShow("logo.svg", 100), { type: "text" });
  assert.deepEqual(planToShow("logo.PNG", 100), { type: "image", media_type: "image/png" });
});

test("files that are too large are not loaded, and the limit is said", () => {
  assert.deepEqual(planToShow("log.txt", shownTextBytesMax), { type: "text" });
  assert.deepEqual(planToShow("log.txt", shownTextBytesMax + 1), {
    type: "too-large",
    shownMax: shownTextBytesMax,
  });
  assert.deepEqual(planToShow("a.jpg", shownImageBytesMax + 1), {
    type: "too-large",
    shownMax: shownImageBytesMax,
  });
});

test("bytes that are no text are told apart, and an empty file is text", () => {
  assert.equal(textOf(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0])), null);
  assert.equal(textOf(new Uint8Array([0xff, 0xfe, 0x41])), null);
  assert.equal(textOf(new TextEncoder().encode("häuser\n")), "häuser\n");
  assert.equal(textOf(new Uint8Array()), "");
});
