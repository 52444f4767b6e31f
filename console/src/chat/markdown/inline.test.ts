import assert from "node:assert/strict";
import { test } from "node:test";
import { hasMaths, withMaths } from "./maths.ts";
import { isMisleading, safeLink } from "./safe-link.ts";
import { shownText } from "./shown-text.ts";

test("maths is found in the ways in which models write it, and prices are none", () => {
  assert.equal(withMaths("so $x^2$ and \\(y\\)"), "so $$x^2$$ and $$y$$");
  assert.equal(withMaths("\\[ a \\]"), "\n$$\na\n$$\n");
  assert.equal(hasMaths("it costs $5 or $10"), false);
  assert.equal(hasMaths("run `echo $x^2$`"), false);
  assert.equal(hasMaths("$$\nx\n$$"), true);
});

test("U4 only http, https and mailto become links", () => {
  assert.equal(safeLink("https://x.example/a"), "https://x.example/a");
  assert.equal(safeLink("mailto:a@x.example"), "mailto:a@x.example");
  for (const bad of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//x",
    "/v1/chats",
    "\u0001javascript:alert(1)",
    "#a",
  ])
    assert.equal(safeLink(bad), null, bad);
});

test("U4 a link whose words name another host than it leads to is found", () => {
  assert.equal(isMisleading("https://bank.example/login", "https://evil.example/"), true);
  assert.equal(isMisleading("bank.example", "https://bank.example/x"), false);
  assert.equal(isMisleading("the docs", "https://evil.example/"), false);
});

test("U4 marks that turn the direction of writing are made visible", () => {
  assert.equal(shownText("gpj\u202eexe.txt"), "gpj⟨U+202E⟩exe.txt");
  assert.equal(shownText("a\tb\nc"), "a\tb\nc");
  assert.equal(shownText("日本語 👩‍👩‍👧 می‌خواهم"), "日本語 👩‍👩‍👧 می‌خواهم");
});
