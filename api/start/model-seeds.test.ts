import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelEnvironment, modelSeeds } from "./model-seeds.ts";

const none = { apiKey: undefined, baseUrl: undefined };
const key = { apiKey: "k", baseUrl: undefined };
const bare: ModelEnvironment = { openai: none, anthropic: none, defaultModel: undefined, demoModel: false };

function models(environment: Partial<ModelEnvironment>): string[] {
  return modelSeeds({ ...bare, ...environment }).map((seed) => `${seed.provider}/${seed.model}`);
}

test("each provider with a key offers its model", () => {
  assert.deepEqual(models({}), []);
  assert.deepEqual(models({ openai: key }), ["openai/gpt-5"]);
  assert.equal(models({ openai: key, anthropic: key }).length, 2);
});

test("the named model comes first and stands for its provider", () => {
  assert.deepEqual(models({ openai: key, defaultModel: "openai/gpt-5-mini" }), ["openai/gpt-5-mini"]);
  const both = models({ openai: key, anthropic: key, defaultModel: "openai/org/model:7b" });
  assert.deepEqual(both, ["openai/org/model:7b", "anthropic/claude-sonnet-4-5"]);
});

test("the demo model answers in both dialects", () => {
  assert.deepEqual(models({ demoModel: true, openai: key, anthropic: key }), [
    "openai/demo",
    "anthropic/demo",
  ]);
});

test("the demo model goes on with answers where its wire can ask for it", () => {
  const forms = (environment: Partial<ModelEnvironment>) =>
    modelSeeds({ ...bare, ...environment }).map(({ settings }) => settings?.["prefill"]);
  assert.deepEqual(forms({ demoModel: true }), [undefined, "assistant"]);
  const openai = { ...none, api: "chat_completions" } as const;
  assert.deepEqual(forms({ demoModel: true, openai }), ["assistant", "assistant"]);
  assert.deepEqual(forms({ openai: key, anthropic: key }), [undefined, undefined]);
});

test("a default model of an unknown provider is one clear error", () => {
  for (const defaultModel of ["gpt-5", "mistral/x", "openai/", "/x"]) {
    assert.throws(() => models({ defaultModel }), /EVERTURN_DEFAULT_MODEL/);
  }
});
