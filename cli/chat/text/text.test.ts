// Tests that models and tools cannot command a terminal, and that Markdown fits it, however it is cut into pieces.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../test/support/fixed-seed.ts";
import { cleanLine, cleanText } from "./clean.ts";
import { MarkdownPrinter } from "./markdown.ts";
import { createPaint, type Span, spansWidth, wantsColours } from "./style.ts";
import { clipped, widthOf } from "./width.ts";

// oxlint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

const textOf = (lines: readonly (readonly Span[])[]) =>
  lines.map((line) => line.map((span) => span.text).join(""));

function rendered(markdown: string, columns = 40): string[] {
  const printer = new MarkdownPrinter(() => columns);
  return textOf([...printer.feed(markdown), ...printer.end()]);
}

test("U4 no byte that a terminal obeys gets through, whatever is written", () => {
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        "\u001b",
        "[",
        "]",
        "0;",
        "31m",
        "\u0007",
        "\u009b",
        "\u009d",
        "\u001b\\",
        "\r",
        "\n",
        "\u202e",
        "P",
        "c",
        "\u0000",
        "\u007f",
      ),
      fc.string({ unit: "grapheme", maxLength: 2 }),
    ),
  });
  fc.assert(
    fc.property(hostile, (text) => {
      assert.doesNotMatch(cleanText(text), OBEYED);
      assert.doesNotMatch(cleanLine(text), /\n/u);
    }),
  );
});

test("U4 titles, links, clipboards and colours are taken out whole", () => {
  assert.equal(cleanText("a\u001b]0;owned\u0007b"), "ab");
  assert.equal(cleanText("a\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\b"), "aclickb");
  assert.equal(cleanText("\u001b]52;c;ZXZpbA==\u0007x"), "x");
  assert.equal(cleanText("\u001b[2J\u001b[1;31mred\u001b[0m"), "red");
  assert.equal(cleanText("10%\r50%\r100%\ndone"), "100%\ndone");
  assert.equal(cleanText("user\u202etxt.exe"), "user<U+202E>txt.exe");
});

test("text is as wide as a terminal shows it", () => {
  assert.equal(widthOf("plain"), 5);
  assert.equal(widthOf("日本"), 4);
  assert.equal(widthOf("👩‍👩‍👧"), 2);
  assert.equal(widthOf("e\u0301"), 1);
  assert.equal(clipped("日本語です", 5), "日本…");
  assert.equal(clipped("short", 5), "short");
});

test("headings, lists, quotes, code and rules look like what they are", () => {
  assert.deepEqual(rendered("# A **title**\n\n- one\n  - two\n3. three\n> said\n---"), [
    "A title",
    "",
    "• one",
    "  • two",
    "3. three",
    "▏ said",
    "────────────────────────────────────────",
  ]);
  assert.deepEqual(rendered("```js\nconst  a = 1;\n```\nafter"), ["╭ js", "│ const  a = 1;", "after"]);
  assert.deepEqual(rendered("`**not bold**` **bold** [site](https://a.example)"), [
    "**not bold** bold site",
    "(https://a.example)",
  ]);
});

test("a table has columns where they fit, and rows told line by line where they do not", () => {
  const table = "| name | size |\n|---|---|\n| one | 1 |\n| twenty | 20 |";
  assert.deepEqual(rendered(table), ["name    size", "────────────", "one     1", "twenty  20"]);
  assert.deepEqual(rendered(table, 9).slice(0, 3), ["name: one", "size: 1", ""]);
});

test("lines are the same, however the text is cut into pieces, and none is too wide", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "word ",
      "**bold** ",
      "\n",
      "\n\n",
      "# ",
      "- ",
      "```\n",
      "| a | b |\n",
      "日本語",
      "x".repeat(50),
      "`c` ",
      "> ",
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(pieces, fc.integer({ min: 4, max: 60 }), (parts, columns) => {
      const whole = rendered(parts.join(""), columns);
      const printer = new MarkdownPrinter(() => columns);
      const byPiece = [...parts.flatMap((part) => printer.feed(part)), ...printer.end()];
      assert.deepEqual(textOf(byPiece), whole);
      // A sign of a list, a gutter and a wide character need room, whatever there is.
      for (const line of byPiece) assert.ok(spansWidth(line) <= Math.max(columns, 12), textOf([line])[0]);
    }),
  );
});

test("NO_COLOR, a pipe and a dumb terminal get no colours", () => {
  assert.equal(wantsColours({}, true), true);
  assert.equal(wantsColours({ NO_COLOR: "1" }, true), false);
  assert.equal(wantsColours({ TERM: "dumb" }, true), false);
  assert.equal(wantsColours({}, false), false);
  assert.equal(createPaint(false)([{ text: "a", style: "bold" }]), "a");
  assert.equal(createPaint(true)([{ text: "a", style: "bold" }]), "\u001b[1ma\u001b[22m");
});
