// Tests that an error says which server failed.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { createProvider } from "../create-provider.ts";
import { ModelError } from "../provider.ts";

/** Host and port on which nobody listens any more. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of events);
}

const request = { model: "m", system: "", messages: [], tools: [], config: {} };

for (const [kind, name, title] of [
  ["openai-compatible", "my-server", "my-server"],
  ["openai-compatible", "openai-compatible", "The model server"],
  ["openai", "openai", "OpenAI"],
  ["anthropic", "anthropic", "Anthropic"],
] as const) {
  test(`X4 a provider of kind ${kind} named ${name} that cannot be reached is named with its base URL's host`, async () => {
    const host = await nowhere();
    const provider = createProvider({ kind, name, api: null, apiKey: "k", baseUrl: `http://${host}/v1` });
    const options = { signal: new AbortController().signal, newToolCallId: () => "c" };
    const failure = await drain(provider.stream(request, options)).catch((error: unknown) => error);
    assert.ok(failure instanceof ModelError);
    assert.deepEqual([failure.fault.kind, failure.fault.retryable], ["network", true]);
    assert.ok(failure.fault.message.startsWith(`${title} at ${host} refused`), failure.fault.message);
  });
}
