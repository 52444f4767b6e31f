import assert from "node:assert/strict";
import { test } from "node:test";
import { boundedJson, type JsonBounds } from "./bounded-json.ts";

const bounds: JsonBounds = { nodesMax: 20, depthMax: 3 };
const read = (text: string) => boundedJson(Buffer.from(text), bounds);

test("JSON within its limits is what it says, whatever stands in its texts", () => {
  const values = [{ a: [1, "x"] }, [], "", null, 1.5, { "{[": ']}, : {{{{[[[[ \\ " \u2028 ü' }];
  for (const value of values) assert.deepEqual(read(JSON.stringify(value)), value);
});

test("JSON of too many values or levels is refused before any of it is parsed", () => {
  assert.throws(() => read(`[${"{},".repeat(20)}{}]`), /more than 20 values/);
  assert.throws(() => read(`{${'"a":1,'.repeat(20)}"b":1}`), /more than 20 values/);
  assert.throws(() => read("[[[[]]]]"), /deeper than 3/);
  // Not closed, and no JSON: counted all the same.
  assert.throws(() => read("[".repeat(1_000_000)), /deeper than 3/);
  assert.throws(() => read(",".repeat(1_000_000)), /more than 20 values/);
});

test("what is no JSON is a SyntaxError", () => {
  for (const text of ["", "{", '"', '"\\', "nul", "{'a':1}", '{"a":1}}'])
    assert.throws(() => read(text), SyntaxError, text);
});
