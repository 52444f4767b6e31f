import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../../../core/part/part.ts";
import { answerOf, type Draft, firstDraft } from "./form-draft.ts";
import { formOf, schemaOfValue } from "./schema-fields.ts";

const schema: JsonObject = {
  type: "object",
  required: ["name", "size", "tags", "place"],
  properties: {
    name: { type: "string", title: "Your name", minLength: 2, maxLength: 5 },
    size: { enum: ["s", "m", "l"], default: "m" },
    count: { type: "integer", minimum: 1, maximum: 9 },
    sure: { type: "boolean", default: true },
    tags: { type: "array", items: { type: "string" }, minItems: 1 },
    colors: { type: "array", items: { enum: ["red", "blue"] } },
    place: { $ref: "#/$defs/place" },
    anything: {},
  },
  $defs: { place: { type: "object", required: ["city"], properties: { city: { type: "string" } } } },
};

function filled(values: Record<string, Draft>): {
  draft: Draft;
  field: NonNullable<ReturnType<typeof formOf>>;
} {
  const field = formOf(schema);
  assert.ok(field !== null);
  return { field, draft: { ...(firstDraft(field) as Record<string, Draft>), ...values } };
}

test("D1 each kind of a schema becomes a field of its kind", () => {
  assert.deepEqual(
    formOf(schema)?.fields.map((field) => `${field.label}: ${field.kind}`),
    [
      "Your name: text",
      "Size: choice",
      "Count: number",
      "Sure: boolean",
      "Tags: list",
      "Colors: choices",
      "Place: group",
      "Anything: raw",
    ],
  );
});

test("D1 what is filled in becomes JSON that fits the schema, and empty optional fields stay out", () => {
  const { field, draft } = filled({ name: "Ada", tags: ["x"], place: { city: "Oslo" } });
  assert.deepEqual(answerOf(field, draft), {
    type: "value",
    value: { name: "Ada", size: "m", sure: true, tags: ["x"], place: { city: "Oslo" } },
  });
  const more = filled({
    name: "Ada",
    tags: ["x"],
    place: { city: "Oslo" },
    count: "3",
    colors: ["1"],
    anything: "[1]",
  });
  const answer = answerOf(more.field, more.draft);
  assert.deepEqual(answer.type === "value" && answer.value, {
    name: "Ada",
    size: "m",
    count: 3,
    sure: true,
    tags: ["x"],
    colors: ["blue"],
    place: { city: "Oslo" },
    anything: [1],
  });
});

test("D1 what does not fit is said at its place", () => {
  const { field, draft } = filled({ name: "A", count: "1.5", tags: [], anything: "{" });
  const answer = answerOf(field, draft);
  assert.deepEqual(answer.type === "faults" && answer.faults.map(({ path }) => path), [
    "name",
    "count",
    "tags",
    "place.city",
    "anything",
  ]);
});

test("D1 schemas that are no form, or refer to themselves, are no fault", () => {
  for (const odd of [null, 5, {}, { type: "string" }, { type: "object" }] as JsonValue[])
    assert.equal(formOf(odd), null);
  const loop: JsonObject = {
    type: "object",
    properties: { next: { $ref: "#" }, self: { $ref: "#/properties/self" }, gone: { $ref: "#/nowhere" } },
  };
  const field = formOf(loop);
  assert.ok(field !== null);
  assert.equal(field.fields.length, 3);
});

test("D1 arguments whose schema is not known can be edited by what they are", () => {
  const args = { command: "ls", timeout_ms: 5, deep: { list: ["a"], mixed: [1, "a"] } };
  const field = formOf(schemaOfValue(args));
  assert.ok(field !== null);
  assert.deepEqual(answerOf(field, firstDraft(field, args)), { type: "value", value: args });
});
