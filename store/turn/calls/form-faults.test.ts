// Tests which content a form of a tool's server takes (SPEC C4).
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";
import { formFaults } from "./form-faults.ts";

const titled = [
  { const: "s", title: "Single" },
  { const: "d", title: "Double" },
];
/** Each with a value that fits, and with some that do not. */
const CASES: readonly (readonly [JsonObject, JsonValue, readonly JsonValue[]])[] = [
  [{ type: "string", minLength: 1, maxLength: 1 }, "😀", ["", "ab", 7, null, ["a"]]],
  [{ type: "string", enum: ["s", "d"], enumNames: ["Single", "Double"] }, "s", ["Single", "", 1]],
  [{ type: "string", oneOf: titled }, "d", ["Double", true]],
  [{ type: "string", format: "email" }, "a@example.com", ["a@", "example.com"]],
  [{ type: "string", format: "uri" }, "https://example.com/", ["example"]],
  [{ type: "string", format: "date" }, "2026-11-29", ["2026-02-30", "29.11.2026"]],
  [{ type: "string", format: "date-time" }, "2026-11-29T10:00:00+01:00", ["2026-11-29"]],
  [
    { type: "array", minItems: 1, maxItems: 2, items: { type: "string", enum: ["s", "d"] } },
    ["s"],
    [[], ["s", "d", "s"], ["x"], "s"],
  ],
  [{ type: "array", items: { anyOf: titled } }, ["s", "d"], [["Single"], [1]]],
  [{ type: "boolean" }, false, ["false", 0]],
  [{ type: "integer", minimum: 1, maximum: 3 }, 3, [0, 4, 1.5, "2"]],
  [{ type: "number", minimum: 0.5 }, 0.5, [0.4, "1", true]],
];

for (const [field, fit, misfits] of CASES) {
  test(`C4 ${JSON.stringify(field)} takes ${JSON.stringify(fit)} alone`, () => {
    const schema = { type: "object", properties: { a: field } };
    assert.deepEqual(formFaults(schema, { a: fit }), []);
    for (const misfit of misfits)
      assert.deepEqual(
        formFaults(schema, { a: misfit }).map(({ path }) => path),
        ["a"],
        JSON.stringify(misfit),
      );
  });
}

test("C4 what is required must be given, also where there is a default, and nothing else may be", () => {
  const schema = { type: "object", properties: { a: { type: "string", default: "x" } }, required: ["a"] };
  assert.deepEqual(formFaults(schema, {}), [{ path: "a", message: "is missing" }]);
  assert.deepEqual(formFaults(schema, { a: "", b: 1 }), [
    { path: "b", message: "is not a field of the form" },
  ]);
  assert.equal(formFaults(schema, { a: "", toString: "x" }).length, 1);
  assert.equal(
    formFaults(schema, Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`b${at}`, 1]))).length,
    10,
  );
});

test("C4 a long list of choices is held against a long answer", () => {
  const choices = Array.from({ length: 1_500 }, (_, at) => `v${at}`);
  const schema = {
    type: "object",
    properties: { a: { type: "string", enum: choices }, note: { type: "string" } },
  };
  assert.deepEqual(formFaults(schema, { a: "v1499", note: "x".repeat(60_000) }), []);
  assert.deepEqual(formFaults(schema, { a: "v1500", note: "x".repeat(60_000) }), [
    { path: "a", message: "is not one of the choices" },
  ]);
});
