import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AgentError } from "../../api.ts";
import { applyEdits, bytesAsText, type Edit } from "./apply-edits.ts";

/** Applies edits to UTF-8 text and gives the text, or the fault as `code: message hint`. */
function edited(text: string, ...edits: readonly Edit[]): string {
  try {
    const result = applyEdits(bytesAsText(text), { path: "a.ts", edits }, () => false);
    return Buffer.from(result.text, "latin1").toString("utf8");
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return `${error.code}: ${error.message} ${error.hint ?? ""}`;
  }
}

test("W6 an edit replaces the one place that it matches", () => {
  assert.equal(edited("a = 1;\nb = 2;\n", { search: "b = 2", replace: "b = 3" }), "a = 1;\nb = 3;\n");
  assert.equal(edited("héé", { search: "éé", replace: "€" }), "h€");
  assert.equal(edited("x", { search: "x", replace: "" }), "");
  assert.equal(edited("a$&b", { search: "$&", replace: "$1$&$$" }), "a$1$&$$b", "nothing is a pattern");
});

test("W6 edits are made in order, each in the text that the one before left", () => {
  const edits = [
    { search: "one", replace: "two" },
    { search: "two", replace: "three" },
  ];
  assert.equal(edited("one", ...edits), "three");
});

test("W6 an edit that matches twice says how often and where, and that nothing was changed", () => {
  const fault = edited("x\na\nx\nx\nb\nx\nx\nx\n", { search: "x", replace: "y" });
  assert.match(
    fault,
    /^ambiguous_match: Edit 1 of "a\.ts": the search text matches 6 times \(lines 1, 3, 4, 6, 7, …\)\. Nothing/,
  );
  assert.match(edited("aaa", { search: "aa", replace: "b" }), /matches 2 times \(lines 1, 1\)/);
});

test("W6 replace_all replaces every match from the left, and at least one", () => {
  assert.equal(edited("aaa b aa", { search: "aa", replace: "c", replace_all: true }), "ca b c");
  assert.match(edited("b", { search: "a", replace: "c", replace_all: true }), /^no_match/);
});

test("W6 an edit that matches nowhere names what is nearest", () => {
  const text = "function add(a, b) {\n  return a + b;\n}\n";
  const cases: readonly [search: string, fault: RegExp][] = [
    [
      "function  add(a, b) {\n    return a + b;\n}",
      /^no_match: .* matches 0 times.* Line 1 differs in white space only: "function add/,
    ],
    ["\treturn a + b;", /Line 2 differs in white space only: " {2}return a \+ b;"/],
    [
      "function add(a, b) {\n  return a - b;",
      /Line 1 fits, but then line 2 is " {2}return a \+ b;" where the search text has " {2}return a - b;"/,
    ],
    ["}\nexport", /Line 3 fits, but then/],
    ["retrun a + b", /The nearest line is 2: " {2}return a \+ b;"/],
    ["class Unlike extends Everything", /Nothing in the file is like it\. Read the file again/],
    ["1\tfunction sub", /The nearest line is 1|Nothing in the file/],
    [" \n \n ", /white space only/],
  ];
  for (const [search, fault] of cases) assert.match(edited(text, { search, replace: "x" }), fault);
});

test("W6 of an edit that does not fit nothing is said to be made, though its replacement stands there", () => {
  const edit = { search: "old text", replace: "new text" };
  assert.doesNotMatch(edited("a\nnew text\n", edit), /made|already/);
  const fault = (wasMade: boolean) => {
    const made = () => applyEdits(bytesAsText("a\nnew text\n"), { path: "a", edits: [edit] }, () => wasMade);
    assert.throws(made, (error: AgentError) => /was made before.* line 2/.test(error.hint ?? "") === wasMade);
  };
  fault(true);
  fault(false);
});

test("W6 an edit whose text an earlier one of the call changed says that", () => {
  const fault = edited("one two", { search: "one", replace: "1" }, { search: "one two", replace: "x" });
  assert.match(fault, /^overlapping_edits: Edit 2 of "a\.ts": .* earlier edit/);
});

test("W6 an empty search text is refused", () => {
  assert.match(edited("a", { search: "", replace: "b" }), /^bad_request: .* empty .*write_file/);
});

test("W6 a replacement that would make a giant of the file is refused before it is built", () => {
  const edit = { search: "a", replace: "b".repeat(100_000), replace_all: true };
  assert.match(edited("a".repeat(1_000_000), edit), /^file_too_large/);
});

test("W6 line endings stay: an edit written with LF fits a CRLF file and leaves it CRLF", () => {
  const crlf = "one\r\ntwo\r\nthree\r\n";
  assert.equal(edited(crlf, { search: "one\ntwo", replace: "1\n2\n2b" }), "1\r\n2\r\n2b\r\nthree\r\n");
  assert.equal(edited(crlf, { search: "two", replace: "2\n2b" }), "one\r\n2\r\n2b\r\nthree\r\n");
  assert.equal(
    edited(crlf, { search: "\n", replace: "\n\n", replace_all: true }),
    "one\r\n\r\ntwo\r\n\r\nthree\r\n\r\n",
  );
  assert.equal(edited(crlf, { search: "two\r\nthree", replace: "2\n3" }), "one\r\n2\r\n3\r\n");
  assert.equal(edited(crlf, { search: "two\n", replace: "" }), "one\r\nthree\r\n");
  assert.equal(edited("one\ntwo\n", { search: "one\r\ntwo", replace: "1\r\n2" }), "1\n2\n");
});

test("W6 a file of mixed line endings keeps those of the place that is edited", () => {
  const mixed = "a\r\nb\r\nc\nd\nx\r\ny\r\n";
  assert.equal(edited(mixed, { search: "c\nd", replace: "C\nD" }), "a\r\nb\r\nC\nD\nx\r\ny\r\n");
  assert.equal(edited(mixed, { search: "x\ny", replace: "X\nY" }), "a\r\nb\r\nc\nd\nX\r\nY\r\n");
  assert.equal(edited("one line", { search: "line", replace: "a\r\nb" }), "one a\r\nb");
});

test("W6 a byte order mark and bytes that are no UTF-8 come through unharmed", () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xe9, 0x0a, 0xff, 0x62]);
  const result = applyEdits(
    bytes.toString("latin1"),
    { path: "a", edits: [{ search: "b", replace: "é" }] },
    () => false,
  );
  assert.deepEqual(
    Buffer.from(result.text, "latin1"),
    Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xe9, 0x0a, 0xff, 0xc3, 0xa9]),
  );
});

/** Text of few words, so that pieces of it come up again. */
const words = fc.constantFrom("a", "b", "ab", " ", "é", "€", "😀", "x = 1;");
const lines = fc.array(
  fc.array(words, { maxLength: 4 }).map((line) => line.join("")),
  { minLength: 1, maxLength: 12 },
);

test("W6 an edit and its reverse give the same bytes, whatever the line endings", () => {
  fc.assert(
    fc.property(
      fc.tuple(lines, lines, lines, lines),
      fc.constantFrom("\n", "\r\n"),
      ([before, searched, after, replaced], ending) => {
        // Marks make both texts the only ones of their kind; the first line's end says which line ends the file has.
        const search = `«${searched.join("\n")}»`;
        const replace = `⟦${replaced.join("\n")}⟧`;
        const text = (middle: string) =>
          `first\n${before.join("\n")}${middle}${after.join("\n")}`.replaceAll("\n", ending);
        const there = edited(text(search), { search, replace });
        assert.equal(there, text(replace));
        assert.equal(edited(there, { search: replace, replace: search }), text(search));
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

test("W6 replace_all does what splitting and joining does", () => {
  fc.assert(
    fc.property(lines, words, words, (content, search, replace) => {
      const text = content.join("\n");
      fc.pre(text.includes(search));
      assert.equal(edited(text, { search, replace, replace_all: true }), text.split(search).join(replace));
    }),
    { seed: 4, numRuns: 300 },
  );
});
