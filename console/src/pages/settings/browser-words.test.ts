// Names of browsers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserWords } from "./browser-words.ts";

test("a browser is named by what it is, not by those it names to be let in", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36";
  assert.equal(browserWords(chrome), "Chrome on Linux");
  assert.equal(
    browserWords(`${chrome} Edg/141.0`.replace("X11; Linux x86_64", "Windows NT 10.0")),
    "Edge on Windows",
  );
  assert.equal(
    browserWords("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"),
    "Safari on iOS",
  );
});

test("U4 what is no browser is shown cut, with hidden characters made visible", () => {
  assert.equal(browserWords("curl/8.0\u202e"), "curl/8.0⟨U+202E⟩");
  assert.equal(browserWords("x".repeat(500)).length, 80);
  assert.equal(browserWords(null), "Unknown browser");
});
