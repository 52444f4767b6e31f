// Tests: arguments that models write as text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { fittedArgs } from "./fitted-args.ts";

const schema = z.strictObject({
  path: z.string(),
  files: z.array(z.strictObject({ line: z.int(), all: z.boolean().optional() })).optional(),
  more: z.strictObject({ ratio: z.number() }).optional(),
  name: z.string().optional(),
});

function fitted(args: object): unknown {
  const { success, data, error } = fittedArgs(schema, args as never);
  return success ? data : error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("L17 text that parses to the list, object, number or boolean that the schema wants counts as that", () => {
  assert.deepEqual(fitted({ path: "a", files: '[{"line":"5000","all":"true"}]', more: '{"ratio":"0.5"}' }), {
    path: "a",
    files: [{ line: 5000, all: true }],
    more: { ratio: 0.5 },
  });
});

test("L17 text stays text where the schema wants text, whatever it parses to", () => {
  assert.deepEqual(fitted({ path: "[1]", name: "5" }), { path: "[1]", name: "5" });
});

test("L17 null for an argument that may be left out leaves it out", () => {
  assert.deepEqual(fitted({ path: "a", name: null, files: null }), { path: "a" });
});

test("L4 L17 text that is not wholly what the schema wants is refused, in words about what was written", () => {
  for (const files of ['[{"line":1}', '[{"line":1}] please', '{"line":1}', ""])
    assert.deepEqual(fitted({ path: "a", files }), ["files: Invalid input: expected array, received string"]);
  assert.deepEqual(fitted({ path: null }), ["path: Invalid input: expected string, received null"]);
  assert.deepEqual(fitted({ path: "a", files: '[{"line":"5.5"}]' }), [
    "files: Invalid input: expected array, received string",
  ]);
});
