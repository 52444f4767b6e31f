import assert from "node:assert/strict";
import { test } from "node:test";
import { connectTemporal, temporalConnectionSettings } from "./temporal.ts";

test("without settings Temporal is expected on this machine", () => {
  const settings = temporalConnectionSettings({ temporalEnvironment: {} });
  assert.equal(settings.connectionOptions.address, "127.0.0.1:7233");
  assert.equal(settings.namespace, "default");
});

test("Temporal's own variables set address, namespace and key; a key brings TLS", () => {
  const settings = temporalConnectionSettings({
    temporalEnvironment: {
      TEMPORAL_ADDRESS: "cloud:7233",
      TEMPORAL_NAMESPACE: "ns.acct",
      TEMPORAL_API_KEY: "k",
    },
  });
  assert.equal(settings.connectionOptions.address, "cloud:7233");
  assert.equal(settings.namespace, "ns.acct");
  assert.equal(settings.connectionOptions.apiKey, "k");
  assert.equal(settings.connectionOptions.tls, true);
});

test("Q11 a client is made while Temporal is down", async () => {
  const { connection } = connectTemporal({ temporalEnvironment: { TEMPORAL_ADDRESS: "127.0.0.1:1" } });
  await connection.close();
});
