import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { originalArgs, toolParameters } from "./tool-parameters.ts";

function property(a: unknown): object {
  return { type: "object", properties: { a } };
}

function deep(levels: number, inside: (value: unknown) => unknown): unknown {
  let value: unknown = { type: "string" };
  for (let level = 0; level < levels; level++) value = inside(value);
  return value;
}

test("C4 a schema that a provider would refuse leaves its tool out", () => {
  const refused: readonly unknown[] = [
    null,
    "object",
    {},
    { type: "string" },
    deep(50, property),
    property({ default: deep(50, (value) => [value]) }),
    property({ type: "text" }),
    property("string"),
    property({ $ref: "https://example.com/schema.json" }),
    property({ $ref: "#/$defs/missing" }),
    property({ $ref: "#/properties/a" }),
    property({ $ref: "#anchor" }),
    property({ $ref: "#/%" }),
    { ...property({ $ref: "#/$defs/b" }), $defs: { b: { $ref: "#/$defs/c" }, c: { $ref: "#/$defs/b" } } },
    property({ anyOf: [] }),
    property({ enum: Array.from({ length: 6_000 }, (_, i) => i) }),
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
  assert.deepEqual(toolParameters(schema)?.schema, { type: "object", properties, $defs: { b: true } });
  assert.deepEqual(toolParameters({ type: "object" })?.schema, { type: "object", properties: {} });
});

test("C4 a schema that refers to itself is as good as any other", () => {
  const tree = {
    ...property({ $ref: "#/$defs/tree" }),
    $defs: { tree: { type: "array", items: { $ref: "#/$defs/tree" } } },
  };
  assert.deepEqual(toolParameters(tree)?.schema, tree);
});

test("C4 words of older drafts are translated or left out, since a provider would refuse all tools for them", () => {
  const given = {
    tuple: { type: "array", items: [{ type: "number", exclusiveMinimum: true, minimum: 0 }] },
    odd: {
      type: ["string", "string"],
      required: true,
      pattern: "(",
      minLength: "1",
      format: 7,
      $schema: "?",
      id: "x",
    },
    half: { description: "half \ud800", default: ["\udfff"] },
  };
  const required = ["tuple", "tuple", "gone"];
  assert.deepEqual(toolParameters({ type: "object", properties: given, required })?.schema, {
    type: "object",
    properties: {
      tuple: { type: "array", prefixItems: [{ type: "number", minimum: 0 }] },
      odd: { type: ["string"] },
      half: { description: "half \ufffd", default: ["\ufffd"] },
    },
    required: ["tuple"],
  });
});

test("C4 arguments with names that a provider refuses have others for the model, and their own for the server", () => {
  const long = "x".repeat(70);
  const schema = {
    type: "object",
    properties: { $top: {}, _top: {}, "@top": {}, [long]: {} },
    required: ["$top"],
  };
  const made = toolParameters(schema);
  assert.ok(made !== null);
  const names = Object.keys(made.schema["properties"] as object);
  assert.deepEqual(names, ["_top_2", "_top", "_top_3", "x".repeat(64)]);
  assert.deepEqual(made.schema["required"], ["_top_2"]);
  const args = { _top_2: 1, _top: 2, _top_3: 3, ["x".repeat(64)]: 4, more: 5 };
  assert.deepEqual(originalArgs(args, made.renamed), { $top: 1, _top: 2, "@top": 3, [long]: 4, more: 5 });
});

test("C4 property: whatever a server sends as a schema, what is kept of it is a schema of draft 2020-12", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  const keywords =
    "type items properties required enum anyOf exclusiveMinimum pattern $ref __proto__ additionalProperties " +
    "uniqueItems minItems dependentRequired $id $anchor examples not";
  const keyword = fc.constantFrom(...keywords.split(" "));
  const { schema } = fc.letrec((tie) => ({
    schema: fc.oneof(
      { depthSize: "small" },
      fc.boolean(),
      fc.dictionary(keyword, tie("value"), { maxKeys: 4 }),
    ),
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("object", "string", "#", "#/properties/type", "(", 1, -1, 0.5, true, null, "a\ud800"),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("schema"),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(keyword, schema, { maxKeys: 5 }), (fields) => {
      const made = toolParameters({ ...fields, type: "object" });
      if (made !== null) assert.ok(ajv.validateSchema(made.schema), JSON.stringify([fields, ajv.errors]));
    }),
  );
});
