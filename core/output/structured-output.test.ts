// Tests where an answer's JSON is looked for, and when the model is asked again (SPEC C12).
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../part/part.ts";
import {
  askForOutputAgain,
  outputTexts,
  structuredOutputCharsMax,
  unusableAnswer,
} from "./structured-output.ts";

const text = (said: string): Part => ({ type: "text", text: said });
const at = "2026-11-29T10:00:00.000Z";
const search: readonly Part[] = [
  {
    type: "tool-call",
    tool_call_id: "c",
    tool_name: "web",
    args: {},
    provider_executed: true,
    created_at: at,
  },
  { type: "tool-result", tool_call_id: "c", tool_name: "web", result: 1, is_error: false, created_at: at },
];

test("C12 the JSON of an answer is its text, in however many parts, after its last tool", () => {
  assert.deepEqual(outputTexts([{ type: "reasoning", text: "Hm." }, text(' {"a"'), text(":1}\n")]), [
    '{"a":1}',
  ]);
  assert.deepEqual(outputTexts([text("Let me look."), ...search, text("[1]")]), ["[1]"]);
  assert.deepEqual(outputTexts([]), [""]);
});

test("C12 a single code block is looked at, too, but not before the whole text", () => {
  const wrapped = 'Here it is:\n```json\n{"a":1}\n```\nAnything else?';
  assert.deepEqual(outputTexts([text(wrapped)]).at(-1), '{"a":1}');
  assert.deepEqual(outputTexts([text('{"code":"```x```"}')])[0], '{"code":"```x```"}');
  assert.equal(outputTexts([text("```1``` or ```2```")]).length, 1, "nobody knows which of two is meant");
});

test("C12 an answer that was cut or is too long is not looked at, and nobody asks again", () => {
  assert.equal(unusableAnswer("stop", ["{}"]), null);
  const long = "x".repeat(structuredOutputCharsMax + 1);
  const errors = [
    unusableAnswer("length", ["{"]),
    unusableAnswer("content_filter", [""]),
    unusableAnswer("stop", [long]),
  ];
  assert.deepEqual(
    errors.map((error) => error?.code),
    ["cut", "refused", "too_large"],
  );
  for (const error of errors)
    assert.equal(askForOutputAgain({ error: error as NonNullable<typeof error> }), null);
});

test("C12 the model is asked again with the faults and their places", () => {
  assert.equal(askForOutputAgain({ value: null }), null);
  const errors = [
    { path: "items[0].price", message: "must be number" },
    { path: "", message: "must have required property 'b'" },
  ];
  const asked =
    askForOutputAgain({ error: { code: "does_not_fit", message: "It does not fit.", errors } }) ?? "";
  assert.match(
    asked,
    /^Your last answer cannot be used\. It does not fit\.\n- items\[0\]\.price: must be number\n- the value: must/,
  );
});
