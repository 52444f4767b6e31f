import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "./provider.ts";
import { createProviders } from "./registry.ts";

const api = "responses";

function faultOf(call: () => unknown): { kind: string; retryable: boolean; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof ModelError) return error.fault;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("X6 a provider without a key fails as missing_key before any call", () => {
  const providers = createProviders({ openai: { apiKey: "", api } });
  for (const name of ["openai", "anthropic", "openai-compatible"]) {
    const fault = faultOf(() => providers.get(name));
    assert.deepEqual([fault.kind, fault.retryable], ["missing_key", false]);
    assert.match(fault.message, /^No API key is configured for/);
  }
  assert.deepEqual(providers.names, []);
});

test("X6 keys of the environment are not taken behind the deployment's back", () => {
  process.env["ANTHROPIC_API_KEY"] = "sk-ant-environment";
  try {
    assert.equal(faultOf(() => createProviders({}).get("anthropic")).kind, "missing_key");
  } finally {
    delete process.env["ANTHROPIC_API_KEY"];
  }
});

test("B1 an unknown provider is a fault of the configuration", () => {
  assert.equal(faultOf(() => createProviders({}).get("other")).kind, "config");
});

test("B1 providers are found by name, each with its dialect", () => {
  const providers = createProviders({
    openai: { apiKey: "sk-1", api: "responses" },
    "openai-compatible": { apiKey: "", baseUrl: "http://127.0.0.1:9/v1", api: "chat_completions" },
    anthropic: { apiKey: "sk-2" },
    silenceMs: 1_000,
  });
  const dialects = providers.names.map((name) => [providers.get(name).name, providers.get(name).dialect]);
  assert.deepEqual(dialects, [
    ["openai", "openai-responses"],
    ["openai-compatible", "openai-chat"],
    ["anthropic", "anthropic"],
  ]);
});
