import assert from "node:assert/strict";
import { test } from "node:test";
import { createProvider, type ProviderSpec } from "./create-provider.ts";
import { ModelError } from "./provider.ts";

function specOf(kind: ProviderSpec["kind"], apiKey: string): ProviderSpec {
  return { kind, name: kind, api: null, apiKey };
}

function faultOf(spec: ProviderSpec): { kind: string; retryable: boolean; message: string } {
  try {
    createProvider(spec);
  } catch (error) {
    if (error instanceof ModelError) return error.fault;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("X6 a provider without a key fails as missing_key before any call", () => {
  for (const kind of ["openai", "anthropic"] as const) {
    const fault = faultOf(specOf(kind, ""));
    assert.deepEqual([fault.kind, fault.retryable], ["missing_key", false]);
    assert.match(fault.message, /^No API key is configured for/);
  }
});

test("X6 keys of the environment are not taken behind the deployment's back", () => {
  process.env["ANTHROPIC_API_KEY"] = "sk-ant-environment";
  try {
    assert.equal(faultOf(specOf("anthropic", "")).kind, "missing_key");
  } finally {
    delete process.env["ANTHROPIC_API_KEY"];
  }
});

test("B1 a provider that can be any server needs an address", () => {
  assert.equal(faultOf(specOf("openai-compatible", "")).kind, "config");
});

test("B1 each kind of provider speaks its dialect, and servers that imitate OpenAI may want no key", () => {
  const baseUrl = "http://127.0.0.1:9/v1";
  const providers = [
    createProvider(specOf("openai", "sk-1")),
    createProvider({ ...specOf("openai", "sk-1"), api: "chat_completions" }),
    createProvider({ ...specOf("openai-compatible", ""), baseUrl }),
    createProvider(specOf("anthropic", "sk-2")),
  ];
  assert.deepEqual(
    providers.map(({ name, dialect }) => [name, dialect]),
    [
      ["openai", "openai-responses"],
      ["openai", "openai-chat"],
      ["openai-compatible", "openai-chat"],
      ["anthropic", "anthropic"],
    ],
  );
});
