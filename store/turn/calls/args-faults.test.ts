import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../core/part/part.ts";
import { argsFaults } from "./args-faults.ts";
import { roomForChecks } from "./check-cost.ts";

const faultsOf = (schema: object, args: object) =>
  argsFaults(schema as JsonObject, args as JsonObject, roomForChecks());
const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });

test("D4 arguments that do not fit are named by their paths, also behind a reference", () => {
  const schema = object(
    { at: { $ref: "#/$defs/at" }, tags: { type: "array", items: { type: "string" } } },
    { required: ["at"], $defs: { at: object({ line: { type: "integer" } }) } },
  );
  assert.deepEqual(faultsOf(schema, { at: { line: 3 }, tags: ["a"] }), []);
  assert.deepEqual(
    faultsOf(schema, { at: { line: "3" }, tags: ["a", 7] }).map(({ path }) => path),
    ["at.line", "tags.1"],
  );
  assert.equal(faultsOf(schema, {}).length, 1);
});

test("D4 what is required must be given, also where there is a default", () => {
  const schema = object({ city: { type: "string", default: "Bern" } }, { required: ["city"] });
  assert.deepEqual(
    faultsOf(schema, {}).map(({ path }) => path),
    ["city"],
  );
  assert.deepEqual(faultsOf(object({ default: { type: "string" } }), { default: "x" }), []);
});

test("D4 properties may be called as keywords are", () => {
  const properties = { pattern: { type: "string" }, patternProperties: { type: "string" } };
  const schema = object(properties, { required: ["patternProperties"], additionalProperties: false });
  assert.deepEqual(faultsOf(schema, { pattern: "x", patternProperties: "y" }), []);
  assert.deepEqual(
    faultsOf(schema, { pattern: 7, patternProperties: "y" }).map(({ path }) => path),
    ["pattern"],
  );
});

/** Each schema asks twice for the next one. */
function doubled(levels: number): object {
  const twice = (at: number) => ({ anyOf: [{ $ref: `#/$defs/d${at}` }, { $ref: `#/$defs/d${at}` }] });
  const names = Array.from({ length: levels }, (_, at) => [`d${at}`, twice(at + 1)] as const);
  return { ...Object.fromEntries(names), [`d${levels}`]: { type: "string" } };
}

test("D4 a schema that would take hours to check says nothing, and neither does one that leads back to itself", () => {
  const many = { anyOf: Array.from({ length: 1_500 }, (_, at) => ({ const: `v${at}` })) };
  const values = Array.from({ length: 500 }, () => "none");
  assert.deepEqual(faultsOf(object({ x: { type: "array", items: many } }), { x: values }), []);
  assert.deepEqual(faultsOf(object({ x: { $ref: "#/$defs/d0" } }, { $defs: doubled(40) }), { x: 7 }), []);
  const own = { anyOf: [{ $ref: "#/$defs/own" }, { $ref: "#/$defs/own" }] };
  assert.deepEqual(faultsOf(object({ x: { $ref: "#/$defs/own" } }, { $defs: { own } }), { x: 7 }), []);
  const evil = object({ x: { type: "string", pattern: ["^(a+)+$"] } });
  assert.deepEqual(faultsOf(evil, { x: `${"a".repeat(20)}!` }), []);
});

test("D4 the decisions of one request share what may be checked", () => {
  const room = roomForChecks();
  const schema = object({ x: { enum: Array.from({ length: 1_000 }, (_, at) => at) } }) as JsonObject;
  const found = Array.from({ length: 64 }, () => argsFaults(schema, { x: "none" }, room).length);
  assert.equal(found[0], 1);
  assert.equal(found.at(-1), 0);
});
