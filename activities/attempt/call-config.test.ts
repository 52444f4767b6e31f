// Activities: with which settings a model config is called.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";
import { callConfig } from "./call-config.ts";

function aConfig(more: Partial<ModelConfigRow>): ModelConfigRow {
  const model = { settings: { temperature: 0.5 }, reasoning_effort: null, reasoning_effort_max: null };
  return { ...model, ...more } as ModelConfigRow;
}

test("L11 the chat's reasoning effort counts, else the config's; its maximum goes along", () => {
  const config = aConfig({ reasoning_effort: "low", reasoning_effort_max: "medium" });
  assert.deepEqual(callConfig(config, "high"), {
    temperature: 0.5,
    reasoning_effort: "high",
    reasoning_effort_max: "medium",
  });
  assert.equal(callConfig(config, null).reasoning_effort, "low");
});

test("L12 what nobody has said is not in the call", () => {
  assert.deepEqual(callConfig(aConfig({}), null), { temperature: 0.5 });
});
