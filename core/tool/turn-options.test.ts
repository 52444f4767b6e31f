// Tests what a message brings along for its turn (SPEC Q12).
import assert from "node:assert/strict";
import { test } from "node:test";
import { toolChoiceOf, turnOptionsOf } from "./turn-options.ts";

test("Q12 a message without options brings none, and of the others only what is given is kept", () => {
  assert.equal(turnOptionsOf({ tools: undefined, instructions: undefined }), null);
  assert.deepEqual(turnOptionsOf({ instructions: "Be brief.", tool_choice: undefined }), {
    instructions: "Be brief.",
  });
});

test("Q12 a call that has to be made holds for the first answer of the turn, and none for all", () => {
  const named = { type: "tool", tool_name: "grep" } as const;
  assert.deepEqual(
    [0, 1].map((steps) => toolChoiceOf({ tool_choice: named }, steps)),
    [named, undefined],
  );
  assert.deepEqual(
    [0, 5].map((steps) => toolChoiceOf({ tool_choice: "none" }, steps)),
    ["none", "none"],
  );
  assert.equal(toolChoiceOf(null, 0), undefined);
});
