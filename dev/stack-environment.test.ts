import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import {
  broughtAlong,
  plainEnvironment,
  withDemoModel,
  withDevServer,
  withRuntime,
  withStackDefaults,
} from "./stack-environment.ts";

const secrets = { secretKey: "made", apiKey: "ek_made", postgresPassword: "made" };

test("addresses and keys of the environment replace what is embedded; empty ones do not", () => {
  assert.deepEqual(broughtAlong({}), { database: false, temporal: false, provider: false });
  assert.deepEqual(broughtAlong({ DATABASE_URL: "", ANTHROPIC_API_KEY: "" }), {
    database: false,
    temporal: false,
    provider: false,
  });
  const all = broughtAlong({
    DATABASE_URL: "postgres://x",
    TEMPORAL_PROFILE: "cloud",
    ANTHROPIC_API_KEY: "k",
  });
  assert.deepEqual(all, { database: true, temporal: true, provider: true });
});

test("defaults of a stack for one person give way to what is set", () => {
  const made = withStackDefaults({}, secrets, "/project");
  assert.equal(made["EVERTURN_TEMPORAL_DETAIL"], "full");
  assert.equal(made["EVERTURN_API_KEY"], "ek_made");
  assert.equal(made["EVERTURN_PROJECT_ROOTS"], "/project");
  assert.equal(made["EVERTURN_BUILD_CURRENT"], "always");
  const set = {
    EVERTURN_API_KEY: "mine",
    EVERTURN_TEMPORAL_DETAIL: "ids",
    EVERTURN_PROJECT_ROOTS: "/a",
    EVERTURN_BUILD_CURRENT: "manual",
  };
  assert.deepEqual(
    { ...withStackDefaults(set, secrets, "/project"), EVERTURN_SECRET_KEY: "" },
    { ...set, EVERTURN_SECRET_KEY: "" },
  );
});

test("the embedded dev server gets no credentials meant for another Temporal", () => {
  const cloud = {
    TEMPORAL_API_KEY: "cloud",
    TEMPORAL_TLS_SERVER_NAME: "x",
    TEMPORAL_NAMESPACE: "ns.acct",
    HOME: "/h",
  };
  const env = withDevServer(cloud, {
    address: "127.0.0.1:7",
    uiUrl: undefined,
    configFile: "/d/temporal.toml",
  });
  assert.deepEqual(env, {
    HOME: "/h",
    TEMPORAL_ADDRESS: "127.0.0.1:7",
    TEMPORAL_CONFIG_FILE: "/d/temporal.toml",
  });
});

test("programs of others get what they need to run, and no key, whatever its name", () => {
  const env = {
    PATH: "/bin",
    HOME: "/h",
    LC_ALL: "C",
    HTTPS_PROXY: "http://user:password@proxy",
    OPENAI_API_KEY: "sk",
    ANTHROPIC_API_KEY: "sk",
    EVERTURN_SECRET_KEY: "k",
    EVERTURN_API_KEY: "k",
    DATABASE_URL: "postgres://me:password@x/y",
    NODE_OPTIONS: "--inspect",
    SOMEBODYS_TOKEN: "t",
  };
  assert.deepEqual(plainEnvironment(env), { PATH: "/bin", HOME: "/h", LC_ALL: "C" });
  assert.deepEqual(Object.keys(plainEnvironment(env, { isFetching: true })), [
    "PATH",
    "HOME",
    "LC_ALL",
    "HTTPS_PROXY",
  ]);
});

test("children find this Node by name, and share compiled code", () => {
  const env = withRuntime({ PATH: "/bin" });
  assert.equal(env["PATH"], `${dirname(process.execPath)}:/bin`);
  assert.match(env["NODE_COMPILE_CACHE"] ?? "", /compiled$/);
  assert.equal(withRuntime({ NODE_COMPILE_CACHE: "/c" })["NODE_COMPILE_CACHE"], "/c");
});

test("without a key both dialects lead to the demo model", () => {
  const env = withDemoModel({}, "http://127.0.0.1:9");
  assert.equal(env["OPENAI_BASE_URL"], "http://127.0.0.1:9/v1");
  assert.equal(env["ANTHROPIC_BASE_URL"], "http://127.0.0.1:9");
  assert.equal(env["EVERTURN_DEMO_MODEL"], "1");
  assert.equal(env["OPENAI_API"], "chat_completions");
  assert.equal(env["EVERTURN_ALLOW_PRIVATE_MCP"], "1");
  const strict = withDemoModel({ EVERTURN_ALLOW_PRIVATE_MCP: "0" }, "http://127.0.0.1:9");
  assert.equal(strict["EVERTURN_ALLOW_PRIVATE_MCP"], "0");
  assert.equal(withDemoModel({ OPENAI_API: "responses" }, "http://127.0.0.1:9")["OPENAI_API"], "responses");
});
