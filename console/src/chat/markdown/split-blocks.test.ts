import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionsIn, splitBlocks } from "./split-blocks.ts";

const texts = (markdown: string): readonly string[] => splitBlocks(markdown).map((block) => block.text);

test("U1 paragraphs, headings and fences are blocks of their own", () => {
  assert.deepEqual(texts("One\ntwo\n\nThree\n# Head\nFour\n```js\na\n\nb\n```\nFive"), [
    "One\ntwo",
    "Three",
    "# Head\nFour",
    "a\n\nb",
    "Five",
  ]);
});

test("U1 a list stays whole behind blank lines, with fences and paragraphs inside", () => {
  const list = "- one\n\n- two\n\n  more\n\n  ```sh\n  x\n\n  y\n  ```\n- three";
  assert.deepEqual(texts(`${list}\n\nAfter`), [list, "After"]);
});

test("U1 maths stays whole behind blank lines", () => {
  assert.deepEqual(texts("$$\na\n\nb\n$$\n\nAfter"), ["$$\na\n\nb\n$$", "After"]);
});

test("U1 a fence that is not closed yet is code, and a half closing fence is not shown", () => {
  const [open] = splitBlocks("```ts title\nlet a;\n``");
  assert.deepEqual(open, { type: "code", text: "let a;", info: "ts title", start: 0, closed: false });
});

test("U1 at each cut of a text, going on from the blocks before gives the same as beginning anew", () => {
  const text =
    "Intro\n\n1. a\n\n2. b\n\n   ```\n   x\n   ```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~~py\n# no\n\nend\n~~~\n\n> quote\n\n$$\nx\n\ny\n$$\n\n[l]: http://x.example\n\nBye [l]\n";
  let blocks = splitBlocks("");
  for (let end = 1; end <= text.length; end += 1) {
    const cut = text.slice(0, end);
    blocks = splitBlocks(cut, blocks);
    assert.deepEqual(blocks, splitBlocks(cut), JSON.stringify(cut));
  }
});

test("U1 blocks before the last two keep their identity while text is appended", () => {
  const before = splitBlocks("a\n\nb\n\nc\n\nd");
  const after = splitBlocks("a\n\nb\n\nc\n\nd e", before);
  assert.equal(after[0], before[0]);
  assert.equal(after[1], before[1]);
});

test("definitions of links are found wherever they stand", () => {
  assert.equal(
    definitionsIn("See [x].\n\n[x]: http://x.example 'X'\n[^1]: note"),
    "[x]: http://x.example 'X'",
  );
  assert.equal(definitionsIn("no such thing"), "");
});
