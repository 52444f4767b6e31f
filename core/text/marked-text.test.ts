import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { markedText } from "./marked-text.ts";

test("L8 text is shown as it is, a byte order mark and a replacement character that stands there too", () => {
  for (const text of ["", "plain", "h\u00e9 \u20ac \u{1f600}", "\ufefffirst", "a\ufffdb", "a\0b"]) {
    assert.deepEqual(markedText(Buffer.from(text)), { text, isMarked: false });
  }
});

test("L8 bytes that are not UTF-8 are shown by their numbers, and only they", () => {
  const cases: readonly [bytes: number[], text: string][] = [
    [[0x63, 0x61, 0x66, 0xe9], "caf\\xE9"],
    [[0xc3, 0xa9, 0xe9, 0x0a], "\u00e9\\xE9\n"],
    // Too long, a surrogate, past the last code point, cut off.
    [[0xc0, 0xaf], "\\xC0\\xAF"],
    [[0xed, 0xa0, 0x80], "\\xED\\xA0\\x80"],
    [[0xf5, 0x80, 0x80, 0x80], "\\xF5\\x80\\x80\\x80"],
    [[0xf0, 0x9f, 0x98], "\\xF0\\x9F\\x98"],
  ];
  for (const [bytes, text] of cases) {
    assert.deepEqual(markedText(Uint8Array.from(bytes)), { text, isMarked: true });
  }
});

test("L8 bytes are marked exactly when a strict decoder refuses them", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: "grapheme", maxLength: 4 }),
      (noise, text) => {
        const bytes = Buffer.concat([noise, Buffer.from(text), noise]);
        const { text: shown, isMarked } = markedText(bytes);
        let strict: string | null = null;
        try {
          strict = decoder.decode(bytes);
        } catch {}
        assert.equal(isMarked, strict === null);
        if (strict !== null) assert.equal(shown, strict);
        assert.ok(isMarked === shown.length > 0 || !shown.includes("\\x") || strict !== null);
      },
    ),
  );
});
