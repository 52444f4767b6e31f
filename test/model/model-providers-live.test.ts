// Tests: models made by the API answer chats: a compatible server without key, a key that changes, a provider that goes.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Chat } from "../../core/chat/message.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { assertSettled, textOf } from "../support/turn/settled.ts";

const PLANTED = "sk-planted-3be0c17d";
const SECOND = "sk-planted-second-9f41";
const SECRET_KEY = randomBytes(32).toString("base64");
const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({
    env: { EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1", EVERTURN_SECRET_KEY: SECRET_KEY, LOG_LEVEL: "debug" },
  });
});
after(() => everturn.stop());

let names = 0;
/** A provider and a config of it; the model's name is its own, so that requests are told apart. */
async function makeModel(provider: Record<string, unknown>) {
  const name = `live ${++names}`;
  const made = await everturn.call<Json>("POST", "/v1/model-providers", { name, ...provider });
  const config = { name, provider_id: made.id, model: `model-${names}`, reasoning_effort: "high" };
  const { id, model } = await everturn.call<Json>("POST", "/v1/model-configs", config);
  return { provider: made.id as string, id: id as string, model: model as string, name };
}

async function ask(chat: Chat): Promise<{ error: Json; text: string; provider: string | null }> {
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const last = stored.at(-1);
  return {
    error: reader.view.error,
    text: last === undefined ? "" : textOf(last),
    provider: last?.provider ?? null,
  };
}

function requestsFor(model: string) {
  return everturn.model.requests().filter((request) => request.model === model);
}

for (const [kind, path] of [
  ["openai-compatible", "/v1"],
  ["openai", "/v1"],
  ["anthropic", ""],
] as const) {
  test(`B1 a model of kind ${kind} made by the API answers at once, with its own key and settings`, async () => {
    const api_key = kind === "openai-compatible" ? null : PLANTED;
    const made = await makeModel({ kind, base_url: everturn.model.url + path, api_key });
    const said = await ask(await everturn.createChat('#script {"text":"Hi"}', { model_config_id: made.id }));
    assert.deepEqual([said.error, said.text, said.provider], [null, "Hi", made.name]);
    const [request] = requestsFor(made.model);
    const none = kind === "openai-compatible" ? null : PLANTED;
    assert.equal(request?.api_key, none);
    const tested = await everturn.call<Json>("POST", `/v1/model-providers/${made.provider}/test`);
    assert.equal(tested.ok, true, JSON.stringify(tested));
  });
}

test("B1 a key that is changed is the key of the next call", async () => {
  const made = await makeModel({ kind: "openai", base_url: `${everturn.model.url}/v1`, api_key: PLANTED });
  const chat = await everturn.createChat('#script {"text":"one"}', { model_config_id: made.id });
  await ask(chat);
  await everturn.call("PATCH", `/v1/model-providers/${made.provider}`, { api_key: SECOND });
  // Told by NOTIFY: each turn either still has the old key, or has the new one for good.
  let key: string | null | undefined;
  for (let turn = 0; key !== SECOND; turn++) {
    assert.ok(turn < 50, "the new key is used");
    await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: '#script {"text":"two"}' });
    assert.equal((await ask(chat)).text, "two");
    key = requestsFor(made.model).at(-1)?.api_key;
  }
});

test("B1 a test says in words what is wrong with key, model and address", async () => {
  const base_url = `${everturn.model.url}/v1`;
  const made = await makeModel({ kind: "openai", base_url, api_key: "invalid" });
  const path = `/v1/model-providers/${made.provider}/test`;
  const refused = await everturn.call<Json>("POST", path);
  assert.deepEqual([refused.ok, refused.kind], [false, "auth"]);
  assert.match(refused.message, /did not accept the API key/);
  await everturn.call("PATCH", `/v1/model-providers/${made.provider}`, { api_key: PLANTED });
  const unknown = await everturn.call<Json>("POST", path, { model: "no-such-model" });
  assert.deepEqual([unknown.ok, unknown.kind], [false, "config"]);
  await everturn.call("PATCH", `/v1/model-providers/${made.provider}`, {
    base_url: "http://nowhere.invalid/v1",
    api_key: PLANTED,
  });
  const nowhere = await everturn.call<Json>("POST", path);
  assert.deepEqual([nowhere.ok, nowhere.kind], [false, "network"]);
});

test("Q5 a chat whose provider is disabled or deleted goes on with the default", async () => {
  const made = await makeModel({ kind: "openai-compatible", base_url: `${everturn.model.url}/v1` });
  const chat = await everturn.createChat('#script {"text":"one"}', { model_config_id: made.id });
  await ask(chat);
  await everturn.call("PATCH", `/v1/model-providers/${made.provider}`, { enabled: false });
  const before_ = requestsFor(made.model).length;
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: '#script {"text":"two"}' });
  assert.equal((await ask(chat)).text, "two");
  await everturn.call("DELETE", `/v1/model-providers/${made.provider}?force=true`);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: '#script {"text":"three"}' });
  assert.equal((await ask(chat)).text, "three");
  assert.equal(requestsFor(made.model).length, before_);
});

/** As JSON, with the bytes of payloads, which it writes as base64, as text. */
function inClear(value: object): string {
  return JSON.stringify(value, (key, shown) =>
    key === "data" && typeof shown === "string" ? Buffer.from(shown, "base64").toString() : shown,
  );
}

test("A5 keys are in no log, no answer of the API, no history of Temporal, and in clear in no table", async () => {
  const made = await makeModel({ kind: "openai", base_url: `${everturn.model.url}/v1`, api_key: PLANTED });
  // A server that repeats the key in its refusal, as some do.
  everturn.model.script("echo", [{ http_error: { status: 401, message: `Incorrect API key: ${PLANTED}` } }]);
  const chat = await everturn.createChat("#script key=echo", { model_config_id: made.id });
  assert.equal((await ask(chat)).error?.kind, "auth");
  const handle = everturn.temporal.workflow.getHandle(`chat-${chat.id}`);
  const history = inClear(await handle.fetchHistory());
  assert.match(history, new RegExp(`\\\\"chat_id\\\\":\\\\"${chat.id}`), "payloads can be read here");
  const outputs = [everturn.api, ...everturn.workers].map((role) => role.output());
  const shown = JSON.stringify(await everturn.call("GET", "/v1/model-providers"));
  const { rows: tables } = await everturn.pool.query(
    "select table_name from information_schema.tables where table_schema = current_schema()",
  );
  const stored: string[] = [];
  for (const { table_name } of tables) {
    const { rows } = await everturn.pool.query(`select t::text as row from "${table_name}" t`);
    stored.push(...rows.map(({ row }) => row));
  }
  for (const place of [history, shown, ...outputs, ...stored]) {
    assert.ok(!place.includes("sk-planted"), place.slice(0, 500));
  }
});

test("B1 rotate-keys seals every key anew; before and after, and when run twice, chats are answered", async () => {
  const made = await makeModel({ kind: "openai", base_url: `${everturn.model.url}/v1`, api_key: PLANTED });
  const keys = {
    EVERTURN_SECRET_KEY: randomBytes(32).toString("base64"),
    EVERTURN_SECRET_KEY_PREVIOUS: SECRET_KEY,
  };
  const env = { ...process.env, DATABASE_URL: everturn.databaseUrl };
  const rotate = (more: Record<string, string>) =>
    promisify(execFile)(process.execPath, [CLI, "rotate-keys"], { env: { ...env, ...more } });
  await Promise.all(everturn.workers.map((worker) => worker.stop()));
  const worker = await everturn.startWorker(keys);
  const turn = async () =>
    ask(await everturn.createChat('#script {"text":"Hi"}', { model_config_id: made.id }));
  assert.equal((await turn()).text, "Hi");
  const lost = { EVERTURN_SECRET_KEY: keys.EVERTURN_SECRET_KEY };
  await assert.rejects(rotate(lost), /Neither secret key opens/);
  assert.match((await rotate(keys)).stdout, /Sealed anew: [1-9]/);
  assert.match((await rotate(keys)).stdout, /Sealed anew: 0/);
  assert.equal((await turn()).text, "Hi");
  await worker.stop();
  await everturn.startWorker(lost);
  assert.equal((await turn()).text, "Hi");
  assert.equal(requestsFor(made.model).at(-1)?.api_key, PLANTED);
});
