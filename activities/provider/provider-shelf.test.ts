import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "../../models/provider.ts";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import { boundToProvider } from "../../store/model/model-providers.ts";
import type { ProviderSource } from "../../store/model/resolve-model-config.ts";
import { createProviderShelf } from "./provider-shelf.ts";

const [one, other] = [1, 2].map((byte) => createSecretBox({ secretKey: new Uint8Array(32).fill(byte) }));

test("X6 a stored API key that the secret key does not open ends the turn in words that say so", () => {
  assert.ok(one !== undefined && other !== undefined);
  const id = "019a0000-0000-7000-8000-000000000001";
  const source: ProviderSource = {
    id,
    name: "Our server",
    kind: "openai",
    api: null,
    base_url: null,
    seeded: false,
    api_key_sealed: one.seal("k-123", boundToProvider(id)),
    key_id: one.keyId,
  };
  const shelf = createProviderShelf({
    openai: { apiKey: undefined, baseUrl: undefined },
    anthropic: { apiKey: undefined, baseUrl: undefined },
    allowPrivateProviders: false,
    streamSilenceMs: 1_000,
    streamContentSilenceMs: 1_000,
    secrets: other,
  });
  assert.throws(
    () => shelf.providerOf({ provider: "Our server", source }),
    (error: unknown) => {
      assert.ok(error instanceof ModelError);
      const { kind, retryable, message } = error.fault;
      assert.deepEqual([kind, retryable], ["config", false]);
      assert.match(message, /^The stored API key of Our server cannot be opened: EVERTURN_SECRET_KEY is not/);
      return true;
    },
  );
});
