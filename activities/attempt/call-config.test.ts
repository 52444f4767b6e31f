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

test("Q12 a message's settings stand in place of the config's, and its answers are never longer than the config allows", () => {
  const limited = aConfig({ settings: { temperature: 0.5, top_p: 0.9, max_output_tokens: 1_000 } });
  const own = { temperature: 0, max_output_tokens: 5_000 };
  assert.deepEqual(callConfig(limited, null, own), { temperature: 0, top_p: 0.9, max_output_tokens: 1_000 });
  assert.equal(callConfig(limited, null, { max_output_tokens: 10 }).max_output_tokens, 10);
  assert.equal(callConfig(aConfig({}), null, own).max_output_tokens, 5_000);
});
