// Tests: model configs by the API: one default whatever happens, and settings that come back as they were given.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { seedModelConfigs } from "../../store/model/seed-models.ts";
import { type Called, startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;
let providerId: string;
beforeEach(async () => {
  api = await startTestApi();
  const body = { name: "own", kind: "openai", api_key: "sk-test" };
  providerId = (await api.call("POST /v1/model-providers", { body })).body.id;
});
afterEach(() => api.stop());

const SEED = { name: "Test model", provider: "openai", model: "test" };

async function make(name: string, more: Record<string, unknown> = {}): Promise<Called["body"]> {
  const body = { name, provider_id: providerId, model: name, ...more };
  const made = await api.call("POST /v1/model-configs", { body });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

async function change(id: string, body: Record<string, unknown>): Promise<Called> {
  return api.call(`PATCH /v1/model-configs/${id}`, { body });
}

/** Names of the defaults: never more than one. */
async function defaults(): Promise<string[]> {
  const { body } = await api.call("GET /v1/model-configs");
  return body.items
    .filter((item: Called["body"]) => item.is_default)
    .map((item: Called["body"]) => item.name);
}

test("B2 L12 all settings of a config come back as they were given, and null takes one out", async () => {
  const settings = {
    context_limit: 200_000,
    compression_threshold: 70,
    reasoning_effort: "medium",
    reasoning_effort_max: "high",
    max_output_tokens: 8_000,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    presence_penalty: -1,
    frequency_penalty: 1,
    stop: ["END"],
    response_chain: true,
    provider_options: { service_tier: "flex" },
    price: { input: 1.25, output: "10.00", cache_read: 0.125 },
  };
  const made = await make("whole", settings);
  for (const [name, value] of Object.entries(settings)) assert.deepEqual(made[name], value, name);
  const { body } = await change(made.id, { temperature: null, price: null, top_k: 0 });
  assert.deepEqual([body.temperature, body.price, body.top_k, body.top_p], [null, null, 0, 0.9]);
  const { rows } = await api.pool.query("select settings from model_configs where id = $1", [made.id]);
  assert.equal("temperature" in rows[0].settings, false);
});

test("B2 what is no config is refused with the path of the fault", async () => {
  const faults: readonly [Record<string, unknown>, string][] = [
    [{ temperature: 3 }, "temperature"],
    [{ context_limit: 0 }, "context_limit"],
    [{ compression_threshold: 101 }, "compression_threshold"],
    [{ reasoning_effort: "utmost" }, "reasoning_effort"],
    [{ price: { input: -1 } }, "price.input"],
    [{ price: { inputs: 1 } }, "price.inputs"],
    [{ settings: {} }, "settings"],
    [{ provider_id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a" }, "provider_id"],
    [{ is_default: true, enabled: false }, "is_default"],
  ];
  for (const [fault, path] of faults) {
    const body = { name: "faulty", provider_id: providerId, model: "m", ...fault };
    const { status, body: answered } = await api.call("POST /v1/model-configs", { body });
    assert.deepEqual([status, answered.errors?.[0]?.path], [400, path], JSON.stringify(answered));
  }
  assert.deepEqual(await defaults(), ["Test model"]);
});

test("L12 a form in which a provider goes on with answers is kept, and refused where there is none", async () => {
  const provider = async (name: string, more: Record<string, unknown>) => {
    const body = { name, ...more };
    const made = await api.call("POST /v1/model-providers", { body });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return made.body.id as string;
  };
  const local = { kind: "openai-compatible", base_url: "https://models.example.com/v1" };
  const compatible = await provider("local", local);
  const responses = await provider("local responses", { ...local, api: "responses" });
  const openai = await provider("chat", { kind: "openai", api: "chat_completions", api_key: "k" });
  const anthropic = await provider("claude", { kind: "anthropic", api_key: "k" });
  const taken: readonly [string, string][] = [
    [compatible, "assistant"],
    [compatible, "continue_final_message"],
    [compatible, "prefix"],
    [anthropic, "assistant"],
  ];
  for (const [provider_id, prefill] of taken) {
    assert.equal((await make(`${provider_id} ${prefill}`, { provider_id, prefill })).prefill, prefill);
  }
  const refused: readonly [string, string][] = [
    [providerId, "assistant"],
    [openai, "assistant"],
    [responses, "continue_final_message"],
    [anthropic, "prefix"],
    [compatible, "somehow"],
  ];
  for (const [provider_id, prefill] of refused) {
    const body = { name: "refused", model: "m", provider_id, prefill };
    const { status, body: answered } = await api.call("POST /v1/model-configs", { body });
    assert.deepEqual([status, answered.errors?.[0]?.path], [400, "prefill"], `${provider_id} ${prefill}`);
  }
  const moved = await make("moved", { provider_id: compatible, prefill: "prefix" });
  assert.equal((await change(moved.id, { provider_id: openai })).status, 400);
  assert.equal((await change(moved.id, { provider_id: openai, prefill: null })).body.prefill, null);
  assert.equal((await change(moved.id, { prefill: "assistant" })).body.errors[0].path, "prefill");
});

test("B2 a new default takes the place of the old one", async () => {
  const made = await make("new", { is_default: true });
  assert.deepEqual(await defaults(), ["new"]);
  const other = await make("other");
  assert.equal((await change(other.id, { is_default: true })).status, 200);
  assert.deepEqual(await defaults(), ["other"]);
  assert.equal((await change(other.id, { is_default: false })).body.is_default, false);
  assert.deepEqual(await defaults(), ["Test model"]);
  assert.equal(made.is_default, true);
});

test("B2 a default that is disabled or deleted elects the oldest config that can answer", async () => {
  const oldest = await make("oldest", { enabled: false });
  const first = await make("first");
  const second = await make("second", { is_default: true });
  const { body } = await api.call("GET /v1/model-configs");
  const seeded = body.items.find((item: Called["body"]) => item.seeded);
  await change(seeded.id, { enabled: false });
  assert.equal((await api.call(`DELETE /v1/model-configs/${second.id}`)).status, 204);
  assert.deepEqual(await defaults(), ["first"]);
  await change(first.id, { enabled: false });
  assert.deepEqual(await defaults(), []);
  await change(oldest.id, { enabled: true });
  assert.deepEqual(await defaults(), ["oldest"]);
});

test("B2 Q5 a provider that is disabled or deleted takes its models out, the default among them", async () => {
  const made = await make("mine", { is_default: true });
  const path = `/v1/model-providers/${providerId}`;
  await api.call(`PATCH ${path}`, { body: { enabled: false } });
  assert.deepEqual(await defaults(), ["Test model"]);
  const chat = { content: "hi", model_config_id: made.id };
  const refused = await api.call("POST /v1/chats", { body: chat });
  assert.deepEqual([refused.status, refused.body.code], [400, "model_config_not_found"]);
  await api.call(`PATCH ${path}`, { body: { enabled: true } });
  assert.equal((await api.call("POST /v1/chats", { body: chat })).status, 201);
  await change(made.id, { is_default: true });
  await api.call(`DELETE ${path}?force=true`);
  assert.deepEqual(await defaults(), ["Test model"]);
});

test("B2 many who choose a default at the same time leave exactly one", async () => {
  const made = await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => make(name)));
  const answers = await Promise.all(
    made.map(({ id }, i) =>
      i % 3 === 0 ? api.call(`DELETE /v1/model-configs/${id}`) : change(id, { is_default: i % 2 === 0 }),
    ),
  );
  for (const { status } of answers) assert.ok(status < 300);
  assert.equal((await defaults()).length, 1);
});

test("a start of the API takes back neither the default people chose nor what they disabled", async () => {
  const other = { ...SEED, name: "Other", model: "other" };
  await seedModelConfigs(api.pool, [SEED, other]);
  const { body } = await api.call("GET /v1/model-configs");
  const byName = (name: string) => body.items.find((item: Called["body"]) => item.name === name);
  await change(byName("Other").id, { is_default: true });
  await change(byName("Test model").id, { enabled: false });
  await seedModelConfigs(api.pool, [SEED, other]);
  assert.deepEqual(await defaults(), ["Other"]);
  const again = (await api.call(`GET /v1/model-configs/${byName("Test model").id}`)).body;
  assert.equal(again.enabled, false);
  // No longer named: disabled, its place taken; named again: back.
  await seedModelConfigs(api.pool, [SEED]);
  assert.equal((await api.call(`GET /v1/model-configs/${byName("Other").id}`)).body.enabled, false);
  await seedModelConfigs(api.pool, [SEED, other]);
  assert.equal((await api.call(`GET /v1/model-configs/${byName("Other").id}`)).body.enabled, true);
});

test("a config of the environment is disabled, not deleted, and its model stays the environment's", async () => {
  const { body } = await api.call("GET /v1/model-configs");
  const [seeded] = body.items;
  for (const called of [
    await api.call(`DELETE /v1/model-configs/${seeded.id}`),
    await change(seeded.id, { model: "another" }),
    await change(seeded.id, { provider_id: providerId }),
  ]) {
    assert.deepEqual([called.status, called.body.code], [409, "of_environment"]);
  }
  assert.equal((await change(seeded.id, { temperature: 1, name: "Renamed" })).body.name, "Renamed");
});

test("A1 members read configs without their provider options, and change none", async () => {
  const made = await make("secretive", { provider_options: { header: "x" } });
  const { key } = await api.newKey("member");
  const { body } = await api.call(`GET /v1/model-configs/${made.id}`, { key });
  assert.deepEqual([body.name, body.provider_options], ["secretive", null]);
  const config = { name: "x", provider_id: providerId, model: "m" };
  for (const called of [
    await api.call("POST /v1/model-configs", { key, body: config }),
    await api.call(`PATCH /v1/model-configs/${made.id}`, { key, body: { enabled: false } }),
    await api.call(`DELETE /v1/model-configs/${made.id}`, { key }),
  ]) {
    assert.deepEqual([called.status, called.body.code], [403, "forbidden"]);
  }
});
