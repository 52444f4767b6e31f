// Tests: model providers by the API: who may change them, what their addresses may be, and that no key comes back.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import { boundToProvider } from "../../store/model/model-providers.ts";
import { type Called, startTestApi, type TestApi, testModels } from "../support/api.ts";

const PLANTED = "sk-planted-7f3a9c51e2";
const OTHER = "sk-planted-other-55aa";

let api: TestApi;
const logged: string[] = [];
const seen: string[] = [];
before(async () => {
  api = await startTestApi({
    onLog: (line) => logged.push(line),
    models: {
      ...testModels,
      environment: { openai: { has_api_key: true, base_url: "http://127.0.0.1:9/v1", api: "responses" } },
    },
  });
});
after(() => api.stop());

async function call(what: string, body?: unknown, key = api.key): Promise<Called> {
  const called = await api.call(what, { key, ...(body !== undefined && { body }) });
  seen.push(JSON.stringify(called.body));
  return called;
}

let names = 0;
async function make(more: Record<string, unknown> = {}) {
  const name = `provider ${++names}`;
  const { status, body } = await call("POST /v1/model-providers", {
    name,
    kind: "openai",
    api_key: PLANTED,
    ...more,
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

test("B1 the providers of the environment are there, with its address and whether it has a key", async () => {
  const { body } = await call("GET /v1/model-providers");
  const shown = body.items.map((item: Called["body"]) => [
    item.name,
    item.kind,
    item.seeded,
    item.has_api_key,
    item.base_url,
  ]);
  assert.deepEqual(shown, [
    ["anthropic", "anthropic", true, false, null],
    ["openai", "openai", true, true, "http://127.0.0.1:9/v1"],
  ]);
});

test("B1 a key is stored sealed, bound to its row, and only that there is one is shown", async () => {
  const made = await make();
  assert.deepEqual([made.has_api_key, "api_key" in made, made.seeded], [true, false, false]);
  const { rows } = await api.pool.query("select * from model_providers where id = $1", [made.id]);
  assert.doesNotMatch(JSON.stringify(rows), /planted/);
  const box = createSecretBox({ secretKey: new Uint8Array(32).fill(7) });
  assert.equal(rows[0].key_id, box.keyId);
  assert.equal(box.open(rows[0].api_key_sealed, rows[0].key_id, boundToProvider(made.id)), PLANTED);
});

test("B1 null takes a key out, an absent one stays, another one replaces it", async () => {
  const made = await make();
  const path = `PATCH /v1/model-providers/${made.id}`;
  assert.equal((await call(path, { name: `${made.name} b` })).body.has_api_key, true);
  assert.equal((await call(path, { api_key: null })).body.has_api_key, false);
  assert.equal((await call(path, { api_key: OTHER })).body.has_api_key, true);
});

test("A4 a key does not follow to another address unless it is given again", async () => {
  const made = await make();
  const path = `PATCH /v1/model-providers/${made.id}`;
  const refused = await call(path, { base_url: "https://elsewhere.example/v1" });
  assert.deepEqual([refused.status, refused.body.errors[0].path], [400, "api_key"]);
  const moved = await call(path, { base_url: "https://elsewhere.example/v1", api_key: OTHER });
  assert.deepEqual([moved.status, moved.body.base_url], [200, "https://elsewhere.example/v1"]);
});

for (const url of [
  "http://127.0.0.1:8000/v1",
  "http://169.254.169.254/",
  "http://metadata.google.internal/",
  "file:///etc/passwd",
  `https://user:${PLANTED}@models.example.com/`,
]) {
  test(`A4 the base URL ${new URL(url).protocol}//${new URL(url).hostname} is refused in words, at making and at changing`, async () => {
    const made = await make({ api_key: null });
    for (const [what, body] of [
      ["POST /v1/model-providers", { name: "bad", kind: "openai-compatible", base_url: url }],
      [`PATCH /v1/model-providers/${made.id}`, { base_url: url }],
    ] as const) {
      const { status, body: answered } = await call(what, body);
      assert.deepEqual(
        [status, answered.code, answered.errors[0].path],
        [400, "base_url_refused", "base_url"],
      );
    }
  });
}

test("a key or a base URL with a line end, a space or an odd character is refused in words that say what may be in it", async () => {
  const made = await make();
  const path = `PATCH /v1/model-providers/${made.id}`;
  for (const odd of ["\n", " ", "\t", "\u00e9", "\u200b", "\u2011"]) {
    for (const field of ["api_key", "base_url"]) {
      const value = field === "api_key" ? PLANTED + odd : `https://models.example.com/v1${odd}`;
      const { status, body } = await call(path, { api_key: OTHER, [field]: value });
      assert.deepEqual([status, body.errors[0].path], [400, field]);
      assert.match(body.errors[0].message, /ASCII/);
      assert.doesNotMatch(JSON.stringify(body), /planted/);
    }
  }
});

test("A4 what is no provider is refused with the path of the fault", async () => {
  const faults: readonly [Record<string, unknown>, string][] = [
    [{ kind: "gemini" }, "kind"],
    [{ name: " " }, "name"],
    [{ kind: "openai-compatible" }, "base_url"],
    [{ kind: "anthropic", api: "responses" }, "api"],
    [{ api_key: `${PLANTED}\n` }, "api_key"],
    [{ api_key: "" }, "api_key"],
    [{ has_api_key: true }, "has_api_key"],
  ];
  for (const [fault, path] of faults) {
    const body = { name: "faulty", kind: "openai", ...fault };
    const { status, body: answered } = await call("POST /v1/model-providers", body);
    assert.deepEqual([status, answered.errors?.[0]?.path], [400, path], JSON.stringify(fault));
  }
  const broken = await api.call("POST /v1/model-providers", { text: `{"api_key":"${PLANTED}",` });
  seen.push(JSON.stringify(broken.body));
  assert.equal(broken.status, 400);
});

test("a name is taken once", async () => {
  const made = await make();
  const again = await call("POST /v1/model-providers", { name: made.name, kind: "anthropic" });
  assert.deepEqual([again.status, again.body.code], [409, "name_taken"]);
  const other = await make();
  const renamed = await call(`PATCH /v1/model-providers/${other.id}`, { name: "openai" });
  assert.deepEqual([renamed.status, renamed.body.code], [409, "name_taken"]);
});

test("A1 members see which providers there are, not where, and change none", async () => {
  const made = await make({ base_url: "https://models.example.com/v1" });
  const { key } = await api.newKey("member");
  const { body } = await call(`GET /v1/model-providers/${made.id}`, undefined, key);
  assert.deepEqual([body.name, body.base_url], [made.name, null]);
  for (const [what, sent] of [
    ["POST /v1/model-providers", { name: "x", kind: "openai" }],
    [`PATCH /v1/model-providers/${made.id}`, { enabled: false }],
    [`DELETE /v1/model-providers/${made.id}`, undefined],
    [`POST /v1/model-providers/${made.id}/test`, { model: "m" }],
    [`GET /v1/model-providers/${made.id}/quirks`, undefined],
    [`DELETE /v1/model-providers/${made.id}/quirks`, undefined],
  ] as const) {
    const { status, body: answered } = await call(what, sent, key);
    assert.deepEqual([status, answered.code], [403, "forbidden"], what);
  }
});

test("X10 quirks are asked for of providers that are there, and forgotten by names that are known", async () => {
  const made = await make();
  const path = `/v1/model-providers/${made.id}/quirks`;
  assert.deepEqual((await call(`GET ${path}`)).body, { items: [], next_cursor: null });
  assert.equal((await call(`DELETE ${path}?model=m&quirk=without-stop`)).status, 204);
  assert.equal((await call(`DELETE ${path}?models=m`)).status, 400);
  const nobodys = `/v1/model-providers/${randomUUID()}/quirks`;
  assert.deepEqual(
    [(await call(`GET ${nobodys}`)).status, (await call(`DELETE ${nobodys}`)).status],
    [404, 404],
  );
});

test("B1 a provider of the environment takes a key and can be disabled; the rest is the environment's", async () => {
  const { body } = await call("GET /v1/model-providers");
  const anthropic = body.items.find((item: Called["body"]) => item.name === "anthropic");
  const path = `/v1/model-providers/${anthropic.id}`;
  assert.equal((await call(`PATCH ${path}`, { api_key: PLANTED })).body.has_api_key, true);
  assert.equal((await call(`PATCH ${path}`, { enabled: false })).body.enabled, false);
  for (const [what, sent] of [
    [`PATCH ${path}`, { base_url: "https://elsewhere.example" }],
    [`PATCH ${path}`, { name: "mine" }],
    [`DELETE ${path}?force=true`, undefined],
  ] as const) {
    assert.deepEqual([(await call(what, sent)).body.code], ["of_environment"], what);
  }
});

test("a provider that model configs use is deleted with them, when that is asked for", async () => {
  const made = await make();
  const config = { name: "its model", provider_id: made.id, model: "m" };
  const { body } = await call("POST /v1/model-configs", config);
  const refused = await call(`DELETE /v1/model-providers/${made.id}`);
  assert.deepEqual([refused.status, refused.body.code], [409, "provider_in_use"]);
  assert.equal((await call(`DELETE /v1/model-providers/${made.id}?force=true`)).status, 204);
  assert.equal((await call(`GET /v1/model-providers/${made.id}`)).status, 404);
  assert.equal((await call(`GET /v1/model-configs/${body.id}`)).status, 404);
});

test("a test of a provider takes the model that is named, else that of its first config", async () => {
  const made = await make();
  const path = `POST /v1/model-providers/${made.id}/test`;
  assert.deepEqual([(await call(path, {})).body.errors[0].path], ["model"]);
  assert.equal((await call(path, { model: "tiny" })).body.message, "tiny answered.");
  await call("POST /v1/model-configs", { name: "first", provider_id: made.id, model: "its-first" });
  assert.equal((await call(path)).body.message, "its-first answered.");
});

test("A5 no key is in any answer, any log line, or any row of the database", async () => {
  assert.ok(seen.length > 30 && logged.length > 0);
  assert.doesNotMatch(seen.join("\n"), /planted/);
  assert.doesNotMatch(logged.join("\n"), /planted/);
  const { rows: tables } = await api.pool.query(
    "select table_name from information_schema.tables where table_schema = current_schema()",
  );
  for (const { table_name } of tables) {
    const { rows } = await api.pool.query(`select t::text as row from "${table_name}" t`);
    assert.doesNotMatch(JSON.stringify(rows), /planted/, table_name);
  }
});
