import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, loadConfig } from "./config.ts";

const complete = {
  DATABASE_URL: "postgres://everturn@127.0.0.1:5432/everturn",
  EVERTURN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
};

function faultsOf(environment: NodeJS.ProcessEnv): string {
  try {
    loadConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return "";
}

test("a minimal environment gets every default", () => {
  const config = loadConfig(complete);
  assert.equal(config.port, 3100);
  assert.equal(config.host, "127.0.0.1");
  assert.equal(config.checkpointMs, 1_000);
  assert.equal(config.queuedMessagesMax, 20);
  assert.equal(config.temporalDetail, "ids");
  assert.deepEqual(config.projectRoots, []);
  assert.equal(config.secretKey.length, 32);
});

test("every fault is listed at once", () => {
  const message = faultsOf({ PORT: "99999", EVERTURN_LIVE_BUS: "nats", OPENAI_BASE_URL: "ftp://x" });
  for (const name of [
    "PORT",
    "EVERTURN_LIVE_BUS",
    "OPENAI_BASE_URL",
    "DATABASE_URL",
    "EVERTURN_SECRET_KEY",
  ]) {
    assert.match(message, new RegExp(`^  ${name} `, "m"));
  }
  assert.match(message, /5 faults/);
});

test("a wrong secret is named but not shown", () => {
  const message = faultsOf({ ...complete, EVERTURN_SECRET_KEY: "c2hvcnQ=", EVERTURN_API_KEY: "hunter2" });
  assert.match(message, /EVERTURN_SECRET_KEY is wrong: expected 32 bytes/);
  assert.match(message, /EVERTURN_API_KEY is wrong/);
  assert.doesNotMatch(message, /c2hvcnQ|hunter2/);
});

test("empty variables count as not set", () => {
  assert.equal(loadConfig({ ...complete, PORT: "", OPENAI_API_KEY: "" }).openai.apiKey, undefined);
  assert.match(faultsOf({ ...complete, DATABASE_URL: "" }), /DATABASE_URL is not set/);
});

test("the checkpoint cadence follows the bus and never outlasts half the heartbeat timeout", () => {
  assert.equal(loadConfig({ ...complete, EVERTURN_LIVE_BUS: "off" }).checkpointMs, 200);
  assert.equal(loadConfig({ ...complete, EVERTURN_HEARTBEAT_TIMEOUT_MS: "1500" }).checkpointMs, 750);
  assert.match(faultsOf({ ...complete, EVERTURN_CHECKPOINT_MS: "2501" }), /more than half/);
});

test("project roots are a list separated by colons", () => {
  assert.deepEqual(loadConfig({ ...complete, EVERTURN_PROJECT_ROOTS: "/a::/b" }).projectRoots, ["/a", "/b"]);
});

test("Temporal's own variables are passed on unchanged, others are not", () => {
  const config = loadConfig({
    ...complete,
    TEMPORAL_ADDRESS: "t:7233",
    TEMPORAL_TLS_SERVER_NAME: "t",
    OTHER: "x",
  });
  assert.deepEqual(config.temporalEnvironment, { TEMPORAL_ADDRESS: "t:7233", TEMPORAL_TLS_SERVER_NAME: "t" });
});

test("M2 turns are summed up if a small model is set, unless configured otherwise", () => {
  const small = { ...complete, EVERTURN_SMALL_MODEL: "openai/small" };
  assert.deepEqual([loadConfig(complete).titles, loadConfig(complete).turnSummaries], ["model", false]);
  assert.equal(loadConfig(small).turnSummaries, true);
  assert.equal(loadConfig({ ...small, EVERTURN_TURN_SUMMARIES: "0" }).turnSummaries, false);
  assert.equal(loadConfig({ ...complete, EVERTURN_TURN_SUMMARIES: "1" }).turnSummaries, true);
});

test("trusted proxies are addresses, networks and the usual names; nothing else is", () => {
  const given = (EVERTURN_TRUSTED_PROXIES: string) => ({ ...complete, EVERTURN_TRUSTED_PROXIES });
  const all = ["loopback", "10.0.0.0/8", "::1", "fd00::/8"];
  assert.deepEqual(loadConfig(given(all.join(", "))).trustedProxies, all);
  for (const wrong of ["true", "10.0.0.0/33", "10.0.0/8", "a.example.com", "::1/129", "1.2.3.4/8/8"]) {
    assert.match(faultsOf(given(wrong)), /EVERTURN_TRUSTED_PROXIES is wrong: expected addresses/, wrong);
  }
});

test("keys and addresses that no header or URL can hold are refused at start with an explanation, and keys are not shown", () => {
  for (const name of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "EVERTURN_API_KEY"]) {
    for (const wrong of [
      "planted-secret-key\n",
      " planted-secret-key",
      "planted-secret\u2011key",
      "planted\u00e9secret-key",
      "planted\tsecret-key",
    ]) {
      const message = faultsOf({ ...complete, [name]: wrong });
      assert.match(message, new RegExp(`${name} is wrong: expected no spaces, line ends`));
      assert.doesNotMatch(message, /planted/);
    }
    assert.equal(faultsOf({ ...complete, [name]: "sk-planted_secret.key=+/~" }), "");
  }
  for (const name of ["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "TEMPORAL_UI_URL"]) {
    for (const wrong of [
      "https://a.example/v1\n",
      "https://a.example/v 1",
      "https://\u00e4.example",
      "https://a.example/\u200b",
    ]) {
      assert.match(
        faultsOf({ ...complete, [name]: wrong }),
        new RegExp(`${name} is wrong: expected no spaces`),
      );
    }
  }
});
