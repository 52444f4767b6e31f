import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nameOf } from "../place/raw-names.ts";
import { explainLookAlike } from "./look-alikes.ts";

const cases: readonly [what: string, text: string, search: string, hint: RegExp][] = [
  [
    "a no-break space",
    "first\nconst a\u00a0= 1;\n",
    "const a = 1;",
    /^Line 2 looks the same.*: U\+00A0 \(no-break space\) where the search text has U\+0020 \(space\)\. .*: "const a\\u00a0= 1;"$/,
  ],
  [
    "typographic quotes",
    "say \u201chello\u201d, it\u2019s",
    '"hello", it\'s',
    /U\+201C \(left double quotation mark\) where the search text has U\+0022 \("\); U\+201D .*; U\+2019 .*"\\u201chello\\u201d, it\\u2019s"$/,
  ],
  [
    "typographic quotes in the search",
    'say "hello"',
    "say \u201chello\u201d",
    /U\+0022 \("\) where the search text has U\+201C/,
  ],
  ["dashes", "1\u20132", "1-2", /U\+2013 \(en dash\) where the search text has U\+002D \(-\)/],
  [
    "an ellipsis",
    "wait\u2026",
    "wait...",
    /U\+2026 \(ellipsis\) where the search text has U\+002E \(\.\) U\+002E \(\.\) U\+002E/,
  ],
  [
    "decomposed letters",
    "cafe\u0301 noir",
    "caf\u00e9",
    /U\+0065 \(e\) U\+0301 where the search text has U\+00E9 \(\u00e9\).*: "cafe\\u0301"$/,
  ],
  [
    "composed letters",
    "caf\u00e9 noir",
    "cafe\u0301",
    /U\+00E9 \(\u00e9\) where the search text has U\+0065 \(e\) U\+0301\. .*: "caf\u00e9"$/,
  ],
  [
    "an invisible space",
    "ab\u200bcd",
    "abcd",
    /U\+200B \(zero width space\) where the search text has nothing\./,
  ],
  [
    "a byte order mark that is not there",
    "first",
    "\ufefffirst",
    /Line 1 .*nothing where the search text has U\+FEFF \(byte order mark\).*: "first"$/,
  ],
  [
    "several lines",
    "x\nif (a\u00a0) {\n  b\u2019\n}\ny",
    "(a ) {\n  b'\n}",
    /^Line 2 .*"\(a\\u00a0\) \{\\n {2}b\\u2019\\n\}"$/,
  ],
];

for (const [what, text, search, hint] of cases) {
  test(`W6 an edit that does not fit for ${what} says so by code point, and gives the text to copy`, () => {
    const words = explainLookAlike(text, search) ?? "";
    assert.match(words, hint);
    const copied = JSON.parse(/: ("(?:[^"\\]|\\.)*")$/.exec(words)?.[1] ?? '""') as string;
    assert.ok(copied !== "" && text.includes(copied), "what is to be copied stands in the file");
  });
}

test("W6 bytes of another encoding are named, and nothing is offered that could not be searched for", () => {
  const latin1 = nameOf(Buffer.from("a\nd\u00e9j\u00e0 vu\n", "latin1"));
  const words = explainLookAlike(latin1, "d\u00e9j\u00e0") ?? "";
  assert.match(
    words,
    /^Line 2 .*the byte E9 where the search text has U\+00E9 \(\u00e9\); the byte E0 .*not UTF-8, perhaps Latin-1/,
  );
  assert.doesNotMatch(words, /to be copied/);
});

test("W6 a text that only seems alike is not taken for one that looks the same", () => {
  for (const [text, search] of [
    ["const a = 1;", "const b = 1;"],
    ["const  a", "const a"],
    ["", "a"],
    ["a", " "],
  ] as const) {
    assert.equal(explainLookAlike(text, search), null);
  }
});

test("W6 texts that never come back into step are not followed: the hint is there at once", () => {
  for (const pairs of [2_000, 400_000]) {
    const text = `${"\ufb00".repeat(pairs)}f`;
    const hint = explainLookAlike(text, `f${"\ufb00".repeat(pairs)}`);
    assert.match(hint ?? "", /^Line 1 looks the same, but has other characters/);
  }
});

test("W6 what is offered to be copied is always a part of the file", () => {
  const part = fc.constantFrom(
    "a",
    "b",
    " ",
    "\u00a0",
    "\u2019",
    "'",
    "e\u0301",
    "\u00e9",
    "\u2026",
    "...",
    "\u200b",
    "\n",
    "\ufb01",
    "fi",
  );
  const texts = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, texts, texts, (before, middle, after) => {
      const text = `${before}${middle}${after}`;
      const search = middle.replaceAll("\u00a0", " ").replaceAll("\u2019", "'").normalize("NFC");
      const copied = / to be copied as the search text: (".*")$/s.exec(
        explainLookAlike(text, search) ?? "",
      )?.[1];
      if (copied !== undefined) assert.ok(text.includes(JSON.parse(copied) as string));
    }),
    { numRuns: 500 },
  );
});
