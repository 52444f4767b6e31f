import assert from "node:assert/strict";
import { test } from "node:test";
import { toolParameters } from "./tool-parameters.ts";

test("C4 a schema that a provider would refuse leaves its tool out", () => {
  let deep: Record<string, unknown> = { type: "string" };
  for (let depth = 0; depth < 50; depth++) deep = { type: "object", properties: { a: deep } };
  const property = (a: unknown) => ({ type: "object", properties: { a } });
  const refused: readonly unknown[] = [
    null,
    "object",
    {},
    { type: "string" },
    deep,
    property({ type: "text" }),
    property("string"),
    property({ $ref: "https://example.com/schema.json" }),
    property({ anyOf: [] }),
    { type: "object", properties: [] },
    { type: "object", required: [1] },
    { type: "object", description: "x".repeat(70_000) },
  ];
  for (const schema of refused)
    assert.equal(toolParameters(schema), null, JSON.stringify(schema)?.slice(0, 100));
});

test("C4 what providers refuse at the top of a schema is left out, and what is below stays", () => {
  const properties = { a: { anyOf: [{ type: "string" }, { $ref: "#/$defs/b" }] } };
  const schema = {
    $schema: "x",
    type: "object",
    properties,
    $defs: { b: true },
    anyOf: [{ required: ["a"] }],
  };
  assert.deepEqual(toolParameters(schema), { type: "object", properties, $defs: { b: true } });
  assert.deepEqual(toolParameters({ type: "object" }), { type: "object", properties: {} });
});
