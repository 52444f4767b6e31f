// Tests that equal JSON keeps its identity, and nothing else does.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { isSame, kept } from "./same.ts";

test("JSON that says the same is the same, and what differs is not", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      assert.equal(isSame(a, structuredClone(a)), true);
      assert.equal(isSame(a, b), JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
    }),
  );
});

test("the known object stays where an equal one arrives", () => {
  const known: unknown = { a: [1, { b: null }] };
  const other: unknown = { a: [1, { b: 2 }] };
  assert.equal(kept(known, { a: [1, { b: null }] }), known);
  assert.equal(kept(known, other), other);
  assert.equal(kept(null, other), other);
});

/** Keys in order, and -0 told apart from 0 as `isSame` does. */
function sorted(value: unknown): unknown {
  if (Object.is(value, -0)) return "minus zero";
  if (Array.isArray(value)) return ["list", value.map(sorted)];
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return ["object", entries.sort(([a], [b]) => (a < b ? -1 : 1))];
}
