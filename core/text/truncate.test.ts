import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { headOf, jsonLength, truncateJson, truncateMiddle, utf8Length } from "./truncate.ts";

const anyText = fc.string({ unit: "binary", maxLength: 400 });

test("L8 bytes are counted as UTF-8 counts them, lone surrogates and all", () => {
  fc.assert(fc.property(anyText, (text) => utf8Length(text) === Buffer.byteLength(text)));
  assert.equal(utf8Length("a\ud800b\udc00"), Buffer.byteLength("a\ud800b\udc00"));
});

test("L8 text within the limit is returned as it is", () => {
  assert.deepEqual(truncateMiddle("héllo\u0000", 7), { value: "héllo\u0000", truncated: false });
  assert.deepEqual(truncateMiddle("", 0), { value: "", truncated: false });
});

test("L8 longer text keeps head and tail and says how many bytes are missing", () => {
  const { value, truncated } = truncateMiddle(`${"a".repeat(500)}${"z".repeat(500)}`, 148);
  assert.equal(truncated, true);
  assert.equal(value, `${"a".repeat(50)}\n[… 900 bytes cut …]\n${"z".repeat(50)}`);
});

test("L8 a cut never splits a character and never passes the limit", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 300 }), (text, bytesMax) => {
      const { value } = truncateMiddle(text, bytesMax);
      assert.ok(Buffer.byteLength(value) <= bytesMax);
      assert.ok(!text.isWellFormed() || value.isWellFormed());
    }),
  );
  assert.equal(headOf("a😀b", 4), "a");
  assert.equal(headOf("a😀b", 5), "a😀");
});

test("L8 an object within the limit is the same object", () => {
  const result = { content: "\u0000\ufffd", list: [1, null, true], none: undefined };
  assert.equal(truncateJson(result, 4096).value, result);
});

test("L8 long strings of an object are cut at any depth and its other values stay", () => {
  const result = {
    exit_code: 3,
    output: { stdout: "x".repeat(90_000), stderr: "short" },
    lines: ["y".repeat(90_000)],
  };
  const { value, truncated } = truncateJson(result, 65_536);
  assert.equal(truncated, true);
  assert.ok(jsonLength(value) <= 65_536 && jsonLength(value) > 60_000);
  const cut = value as typeof result;
  assert.equal(cut.exit_code, 3);
  assert.equal(cut.output.stderr, "short");
  assert.match(cut.output.stdout, /^x+\n\[… \d+ bytes cut …\]\nx+$/);
  assert.match(cut.lines[0] ?? "", /^y+\n\[… \d+ bytes cut …\]\ny+$/);
});

test("L8 escapes count: a result of control characters fits as JSON too", () => {
  const { value } = truncateJson({ output: "\u0000".repeat(70_000) }, 65_536);
  assert.ok(Buffer.byteLength(JSON.stringify(value)) <= 65_536);
});

test("L8 an object too large by its number of values is cut as JSON text", () => {
  const { value, truncated } = truncateJson({ rows: Array.from({ length: 20_000 }, (_, at) => at) }, 65_536);
  assert.equal(truncated, true);
  assert.ok(jsonLength(value) <= 65_536);
  assert.match(JSON.stringify(value["truncated_result"]), /^"\{\\"rows\\":\[0,1,.*bytes cut.*,19999\]\}"$/);
});
