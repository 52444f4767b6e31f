import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { Refusal } from "../../core/chat/refusal.ts";
import { validate } from "./validate.ts";

function faultsOf(schema: z.ZodType, value: unknown): string[] {
  try {
    validate(schema, value);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, "invalid_request");
    return error.errors.map((fault) => fault.path);
  }
  throw new Error("nothing was refused");
}

test("a fault is named by its path, array places in brackets", () => {
  const schema = z.strictObject({ a: z.array(z.strictObject({ b: z.string() })) });
  assert.deepEqual(faultsOf(schema, { a: [{ b: "x" }, { b: 7 }] }), ["a[1].b"]);
});

test("A3 each unknown field is a fault of its own", () => {
  const schema = z.strictObject({ a: z.strictObject({}) });
  assert.deepEqual(faultsOf(schema, { a: { x: 1, y: 2 } }), ["a.x", "a.y"]);
});

test("of a union the branch that was meant is blamed, not the union", () => {
  const schema = z.strictObject({ a: z.union([z.string(), z.array(z.number())]) });
  assert.deepEqual(faultsOf(schema, { a: [1, "2"] }), ["a[1]"]);
  assert.deepEqual(faultsOf(schema, { a: 1 }), ["a"]);
});

test("a value that cannot exist is answered by its own code, without faults", () => {
  assert.throws(() => validate(z.uuid(), "7", { code: "chat_not_found" }), {
    code: "chat_not_found",
    errors: [],
  });
});

test("at most 50 faults are listed", () => {
  assert.equal(faultsOf(z.array(z.string()), Array(80).fill(1)).length, 50);
});
