import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createApiKey, revokeApiKey } from "../../store/access/api-keys.ts";
import { seedAdminKey } from "../../store/access/seed-admin.ts";
import { randomKey, startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

test("A1 without a key, with a foreign scheme or an unknown key nothing is answered but 401", async () => {
  for (const headers of [
    {},
    { Authorization: "Basic YTpi" },
    { Authorization: "Bearer wrong" },
    { Authorization: "Bearer" },
  ]) {
    const answer = await api.call("GET /v1/chats", { key: null, headers });
    assert.equal(`${answer.status} ${answer.body.code}`, "401 unauthenticated");
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
  }
});

test("A1 a call without a key is refused before its body or path is looked at", async () => {
  const malformed = await api.call("POST /v1/chats", { key: null, text: "{" });
  assert.equal(malformed.status, 401);
  assert.equal((await api.call("GET /v1/nothing", { key: null })).status, 401);
});

test("A1 expired and revoked keys are refused", async () => {
  const { userId } = await api.newKey();
  const expired = randomKey();
  await createApiKey(api.pool, {
    user_id: userId,
    name: "old",
    key: expired,
    expires_at: "2020-01-01T00:00:00Z",
  });
  assert.equal((await api.call("GET /v1/me", { key: expired })).status, 401);
  const revoked = await api.newKey();
  await revokeApiKey(api.pool, revoked.keyId);
  assert.equal((await api.call("GET /v1/me", { key: revoked.key })).status, 401);
});

test("A1 of a key only its hash and a short prefix are stored, and its use is noted", async () => {
  const { key, keyId } = await api.newKey();
  const { body } = await api.call("GET /v1/me", { key });
  assert.equal(body.api_key.id, keyId);
  assert.equal(body.role, "member");
  const stored = await api.pool.query("select * from api_keys where id = $1", [keyId]);
  assert.equal(JSON.stringify(stored.rows).includes(key), false);
  // The use is noted beside the request, not before its answer.
  for (;;) {
    const { rows } = await api.pool.query("select last_used_at from api_keys where id = $1", [keyId]);
    if (rows[0].last_used_at !== null) break;
  }
});

test("A5 GET /v1/me names providers and the model that answers, to members too, and neither keys nor addresses", async () => {
  const { key } = await api.newKey();
  const ours = { name: "Ours", kind: "openai-compatible", base_url: "https://models.example.org/v1" };
  const made = await api.call("POST /v1/model-providers", { body: { ...ours, api_key: "sk-secret" } });
  const config = { name: "Own model", provider_id: made.body.id, model: "own" };
  assert.equal((await api.call("POST /v1/model-configs", { body: config })).status, 201);
  const me = await api.call("GET /v1/me", { key });
  assert.deepEqual(me.body.providers, [
    { name: "openai", kind: "openai" },
    { name: "Ours", kind: "openai-compatible" },
  ]);
  const { id: _id, ...model } = me.body.default_model;
  assert.deepEqual(model, { name: "Test model", provider: "openai", model: "test" });
  assert.doesNotMatch(JSON.stringify(me.body), /sk-|example\.org/);
});

test("A1 the environment's key is an admin's; a changed one replaces it", async () => {
  const [first, second] = [randomKey(), randomKey()];
  await Promise.all([seedAdminKey(api.pool, first), seedAdminKey(api.pool, first)]);
  await seedAdminKey(api.pool, second);
  assert.equal((await api.call("GET /v1/me", { key: first })).status, 401);
  assert.equal((await api.call("GET /v1/me", { key: second })).body.role, "admin");
});

test("A2 others' chats look like chats that are not there, admins' looks included", async () => {
  const stranger = await api.newKey();
  const { body: chat } = await api.call("POST /v1/chats", { key: stranger.key, body: { content: "mine" } });
  const { body: sent } = await api.call(`POST /v1/chats/${chat.id}/messages`, {
    key: stranger.key,
    body: { content: "next" },
  });
  const { body: page } = await api.call(`GET /v1/chats/${chat.id}/messages`, { key: stranger.key });
  const content = { content: "x" };
  const calls: readonly [string, unknown?][] = [
    [`GET /v1/chats/${chat.id}`],
    [`PATCH /v1/chats/${chat.id}`, { title: "x" }],
    [`PATCH /v1/chats/${chat.id}`, { archived: true }],
    [`DELETE /v1/chats/${chat.id}`],
    [`GET /v1/chats/${chat.id}/messages`],
    [`GET /v1/chats/${chat.id}/stream`],
    [`POST /v1/chats/${chat.id}/messages`, content],
    [`PATCH /v1/chats/${chat.id}/messages/${page.messages[0].id}`, content],
    [`POST /v1/chats/${chat.id}/interrupt`],
    [`PATCH /v1/chats/${chat.id}/queue/${sent.queued_message.id}`, content],
    [`POST /v1/chats/${chat.id}/queue/${sent.queued_message.id}/promote`],
    [`DELETE /v1/chats/${chat.id}/queue/${sent.queued_message.id}`],
  ];
  for (const [what, body] of calls) {
    const answer = await api.call(what, { body });
    assert.equal(`${answer.status} ${answer.body.code}`, "404 chat_not_found", what);
  }
  const { body: list } = await api.call("GET /v1/chats?limit=200");
  assert.equal(
    list.items.some((item: { id: string }) => item.id === chat.id),
    false,
  );
  const after = await api.call(`GET /v1/chats/${chat.id}/messages`, { key: stranger.key });
  assert.deepEqual(after.body, page);
});

test("A3 past the rate limit a key gets 429 with Retry-After, and others go on", async () => {
  const strict = await startTestApi({ rateLimits: { requestsPerMinuteMax: 3 } });
  try {
    for (let i = 0; i < 3; i++) assert.equal((await strict.call("GET /v1/me")).status, 200);
    const answer = await strict.call("GET /v1/me");
    assert.equal(`${answer.status} ${answer.body.code}`, "429 rate_limited");
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    const { key } = await strict.newKey();
    assert.equal((await strict.call("GET /v1/me", { key })).status, 200);
  } finally {
    await strict.stop();
  }
});

test("A3 past its limit an address gets 429 before anything is asked for it, whatever key it sends", async () => {
  const strict = await startTestApi({ rateLimits: { addressRequestsPerMinuteMax: 3 } });
  try {
    const { key } = await strict.newKey();
    for (const each of [strict.key, key, null]) await strict.call("GET /v1/me", { key: each });
    const asked = counted(strict.pool);
    for (const each of [strict.key, key, "ek_wrong", null]) {
      const answer = await strict.call("GET /v1/me", { key: each });
      assert.equal(`${answer.status} ${answer.body.code}`, "429 rate_limited");
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
    }
    assert.equal(asked(), 0);
  } finally {
    await strict.stop();
  }
});

test("A3 an address counts as its proxies tell it, where they are trusted and only there", async () => {
  for (const [trustedProxies, second] of [
    [["loopback"], 200],
    [[], 429],
  ] as const) {
    const strict = await startTestApi({ trustedProxies, rateLimits: { addressRequestsPerMinuteMax: 1 } });
    const from = (address: string) =>
      strict.call("GET /v1/me", { headers: { "X-Forwarded-For": `6.6.6.6, ${address}` } });
    try {
      assert.equal((await from("203.0.113.1")).status, 200);
      assert.equal((await from("203.0.113.2")).status, second);
      assert.equal((await from("203.0.113.1")).status, 429);
      assert.equal((await from("2001:db8:1:1::1")).status, second);
      assert.equal((await from("2001:db8:1:2::9")).status, 429, "a network of IPv6 counts as one");
    } finally {
      await strict.stop();
    }
  }
});

test("A3 keys that nobody has cost few queries, push no good key out, and lock out none that was seen before", async () => {
  const strict = await startTestApi({ rateLimits: { wrongKeysPerMinuteMax: 5 } });
  try {
    const { key } = await strict.newKey();
    assert.equal((await strict.call("GET /v1/me", { key })).status, 200);
    const asked = counted(strict.pool);
    const guesses = await Promise.all(
      Array.from({ length: 50 }, (_, i) => strict.call("GET /v1/me", { key: `ek_guess_${i}` })),
    );
    const statuses = guesses.map(({ status }) => status);
    assert.deepEqual(
      [statuses.filter((each) => each === 401).length, statuses.filter((each) => each === 429).length],
      [5, 45],
    );
    for (const { status, headers } of guesses)
      if (status === 429) assert.ok(Number(headers.get("retry-after")) > 0);
    assert.equal(asked(), 5);
    assert.equal(
      (await strict.call("GET /v1/me", { key: "ek_guess_0" })).status,
      401,
      "what is known to be wrong stays so",
    );
    assert.equal(asked(), 5);
    assert.equal((await strict.call("GET /v1/me", { key })).status, 200);
  } finally {
    await strict.stop();
  }
});

/** How often the database has been asked who holds a key, from now on. */
function counted(pool: TestApi["pool"]): () => number {
  let queries = 0;
  const ask = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  Object.assign(pool, {
    query: (...args: unknown[]) => {
      if (String(args[0]).includes("where k.sha256 = $1")) queries += 1;
      return ask(...args);
    },
  });
  return () => queries;
}

test("a sensible X-Request-Id comes back, another one is replaced", async () => {
  const sent = await api.call("GET /v1/me", { headers: { "X-Request-Id": "trace-1" } });
  assert.equal(sent.headers.get("x-request-id"), "trace-1");
  const odd = await api.call("GET /v1/nothing", { headers: { "X-Request-Id": "a b" } });
  assert.match(odd.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});

test("A10 a link that is almost right is no more in the log than one that is", async () => {
  const lines: string[] = [];
  const world = await startTestApi({ databaseUrl: api.databaseUrl, onLog: (line) => lines.push(line) });
  try {
    for (const path of [
      "//shared/",
      "/shared//",
      "/shared%2f",
      "/SHARED/%2F",
      "/v1/shared/",
      "/shared/shared/",
    ])
      assert.ok([401, 404].includes((await fetch(`${world.url}${path}the-secret-token`)).status), path);
    // The lines come when the answers are complete, which their readers may know first.
    while (lines.filter((line) => /shared/i.test(line)).length < 6)
      await new Promise((resolve) => setImmediate(resolve));
    assert.equal(lines.join("").includes("the-secret"), false);
  } finally {
    await world.stop();
  }
});

test("A3 A10 all who have a link share its limit of requests; those with another link have their own", async () => {
  const world = await startTestApi({
    databaseUrl: api.databaseUrl,
    rateLimits: { requestsPerMinuteMax: 3 },
  });
  try {
    const { body: chat } = await api.call("POST /v1/chats", { body: { content: "hello" } });
    const share = async () =>
      (await api.call(`POST /v1/chats/${chat.id}/shares`, { body: { link: true } })).body.path as string;
    const [busy, quiet] = [await share(), await share()];
    const statuses: number[] = [];
    for (const path of [busy, `${busy}?limit=1`, busy.replace("/shared", "/Shared"), busy])
      statuses.push((await fetch(world.url + path)).status);
    assert.deepEqual(statuses, [200, 200, 200, 429]);
    const refused = await world.call(`GET ${busy}/stream`, { key: null });
    assert.equal(`${refused.status} ${refused.body.code}`, "429 rate_limited");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.equal((await world.call(`GET ${quiet}`, { key: null })).status, 200);
  } finally {
    await world.stop();
  }
});
