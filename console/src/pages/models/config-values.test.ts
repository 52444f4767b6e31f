// A model config on its way through the form.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelConfig } from "../parts/wire.ts";
import { checkValues, fieldOf, toBody, toChange, toValues } from "./config-values.ts";

const stored: ModelConfig = {
  id: "c",
  name: "Fast",
  provider_id: "p",
  provider: "openai",
  model: "m",
  is_default: true,
  enabled: true,
  seeded: true,
  context_limit: 128_000,
  compression_threshold: null,
  reasoning_effort: "low",
  reasoning_effort_max: null,
  price: { input: "1.25", output: 10 },
  max_output_tokens: null,
  temperature: 0,
  top_p: null,
  top_k: null,
  presence_penalty: null,
  frequency_penalty: null,
  stop: ["END"],
  response_chain: false,
  prefill: null,
  provider_options: { a: { b: 1 } },
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
};

test("B2 a form that nobody touched changes nothing", () => {
  assert.deepEqual(toChange(stored, toValues(stored, "")), {});
});

test("B2 only what was typed is sent, and an emptied field is taken out", () => {
  const values = { ...toValues(stored, ""), context_limit: "", temperature: "0.7", input: "", output: "" };
  assert.deepEqual(toChange(stored, values), { context_limit: null, temperature: 0.7, price: null });
});

test("B2 a temperature of zero is a temperature, and prices keep their digits", () => {
  const body = toBody(toValues(stored, ""));
  assert.equal(body.temperature, 0);
  assert.deepEqual(body.price, { input: "1.25", output: "10" });
});

test("B2 what cannot be sent at all is said at its field", () => {
  const values = { ...toValues(null, "p"), top_k: "many", provider_options: "[1]" };
  assert.deepEqual(Object.keys(checkValues(values)), ["top_k", "provider_options"]);
  assert.equal(fieldOf("price.cache_read"), "cache_read");
  assert.equal(fieldOf("name"), "name");
});
