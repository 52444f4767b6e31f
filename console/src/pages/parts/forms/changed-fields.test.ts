// What a form sends of what somebody has changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFields } from "./changed-fields.ts";

test("only what differs is sent, and the order of fields does not count", () => {
  const before = { name: "a", price: { input: 1, output: 2 }, stop: ["x"], enabled: true };
  const next = { name: "b", price: { output: 2, input: 1 }, stop: ["x", "y"], enabled: true };
  assert.deepEqual(changedFields(before, next), { name: "b", stop: ["x", "y"] });
  assert.deepEqual(changedFields(before, before), {});
});

test("null and absent are told apart", () => {
  const before: { limit: number | null; note?: string | null } = { limit: 5 };
  assert.deepEqual(changedFields(before, { limit: null, note: null }), { limit: null, note: null });
});
