import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDataFolder, readSecrets } from "../dev/data/data-folder.ts";
import { createRunningFile } from "../dev/data/running-file.ts";
import { modelWords } from "./model-words.ts";
import { withRunningStack } from "./stack-configuration.ts";

const root = mkdtempSync(join(tmpdir(), "everturn-cli-"));
after(() => rmSync(root, { recursive: true, force: true }));

const addresses = {
  apiUrl: "http://127.0.0.1:3100",
  apiKey: "ek_x",
  databaseUrl: "postgres://everturn:p@127.0.0.1:5433/everturn",
  temporalAddress: "127.0.0.1:7233",
  temporalUiUrl: undefined,
  demoModelUrl: "http://127.0.0.1:9",
};

test("a command beside a running stack works on its database, its Temporal, its model and its secrets", () => {
  const folder = openDataFolder(join(root, "running"));
  const { secretKey, apiKey } = readSecrets(folder);
  const env = { EVERTURN_DATA_DIR: folder.path, PATH: "/bin" };
  assert.deepEqual(withRunningStack(env), env);
  createRunningFile(folder.path).setAddresses(addresses);
  const filled = withRunningStack(env);
  assert.equal(filled["DATABASE_URL"], addresses.databaseUrl);
  assert.equal(filled["TEMPORAL_ADDRESS"], addresses.temporalAddress);
  assert.equal(filled["OPENAI_BASE_URL"], "http://127.0.0.1:9/v1");
  assert.equal(filled["EVERTURN_SECRET_KEY"], secretKey);
  assert.equal(filled["EVERTURN_API_KEY"], apiKey);
});

test("variables that are set win over the stack, and with another database nothing of the stack is used", () => {
  const folder = openDataFolder(join(root, "set"));
  readSecrets(folder);
  createRunningFile(folder.path).setAddresses(addresses);
  const set = { EVERTURN_DATA_DIR: folder.path, TEMPORAL_ADDRESS: "other:7233", OPENAI_API_KEY: "sk" };
  const filled = withRunningStack(set);
  assert.equal(filled["TEMPORAL_ADDRESS"], "other:7233");
  assert.equal(filled["OPENAI_API_KEY"], "sk");
  assert.equal(filled["OPENAI_BASE_URL"], undefined);
  const elsewhere = { EVERTURN_DATA_DIR: folder.path, DATABASE_URL: "postgres://x/other" };
  assert.deepEqual(withRunningStack(elsewhere), elsewhere);
});

test("the box says which model answers by default, and which providers have a key", () => {
  const provider = { name: "openai", base_url: null, has_api_key: true, enabled: true };
  const own = { ...provider, name: "vllm", base_url: "http://10.0.0.5:8000/v1" };
  const without = { ...provider, name: "anthropic", has_api_key: false };
  const config = { provider: "openai", model: "gpt-5", is_default: true };
  assert.equal(
    modelWords({ configs: [config], providers: [provider, own, without] }),
    "openai/gpt-5; providers: openai, vllm (10.0.0.5:8000)",
  );
  assert.equal(
    modelWords({ configs: [], providers: [without] }),
    "none by default; providers: none has a key",
  );
});
