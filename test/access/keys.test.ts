// API keys that people make: shown once, reaching as far as their scope, and over when they are revoked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openAccess } from "../../api/start/open-access.ts";
import { createApiKey } from "../../store/access/api-keys.ts";
import { newApiKey } from "../../store/access/issued-keys.ts";
import { ENVIRONMENT_KEY_NAME, seedAdminKey } from "../../store/access/seed-admin.ts";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function answer(what: string, options: Parameters<TestApi["call"]>[1] = {}): Promise<string> {
  const { status, body } = await api.call(what, options);
  return body.code === undefined ? String(status) : `${status} ${body.code}`;
}

test("A1 a key is a prefix and 32 random bytes, shown once; lists show its first characters and its use", async () => {
  const { key } = await api.newKey();
  const made = await api.call("POST /v1/api-keys", { key, body: { name: "laptop", scope: "read" } });
  assert.equal(made.status, 201);
  assert.match(made.body.key, /^evt_[\w-]{43}$/);
  const { body: page } = await api.call("GET /v1/api-keys", { key });
  const { key: secret, ...shown } = made.body;
  assert.deepEqual(page.items[0], shown);
  assert.ok(secret.startsWith(shown.prefix) && shown.prefix.length < 10);
  assert.equal(JSON.stringify(page).includes(secret), false);
  const { rows } = await api.pool.query("select * from api_keys where id = $1", [made.body.id]);
  assert.equal(JSON.stringify(rows).includes(secret), false);
});

test("A1 a revoked key stops at once, and the stream that it opened ends", async () => {
  const { key } = await api.newKey();
  const { body: made } = await api.call("POST /v1/api-keys", { key, body: { name: "short" } });
  const headers = { Authorization: `Bearer ${made.key}` };
  const stream = await fetch(`${api.url}/v1/chats/watch`, { headers });
  assert.equal(stream.status, 200);
  assert.equal(await answer(`DELETE /v1/api-keys/${made.id}`, { key }), "204");
  assert.equal(await answer("GET /v1/me", { key: made.key }), "401 unauthenticated");
  assert.match(await stream.text(), /event: snapshot/);
  assert.equal(await answer(`DELETE /v1/api-keys/${made.id}`, { key }), "404 api_key_not_found");
  assert.equal((await api.call("GET /v1/api-keys", { key })).body.items.length, 1);
});

test("A1 a stream ends when its key no longer reaches it", async () => {
  const { key, keyId } = await api.newKey();
  const { body: place } = await api.call("POST /v1/workspaces", { key, body: { template: "blank" } });
  const headers = { Authorization: `Bearer ${key}` };
  const stream = await fetch(api.url + place.links.logs, { headers });
  assert.equal(stream.status, 200);
  await api.pool.query(
    "update users set role = 'admin' where id = (select user_id from api_keys where id = $1)",
    [keyId],
  );
  await api.streams.recheck();
  assert.equal(api.streams.size, 1, "more rights end nothing");
  await api.pool.query("update api_keys set expires_at = now() where id = $1", [keyId]);
  await api.streams.recheck();
  await stream.text();
  assert.equal(api.streams.size, 0);
});

test("A1 members make and see only their own keys; admins those of all", async () => {
  const member = await api.newKey();
  const other = await api.newKey();
  const body = { name: "x", user_id: other.userId };
  assert.equal(await answer("POST /v1/api-keys", { key: member.key, body }), "404 user_not_found");
  assert.equal(
    await answer(`GET /v1/api-keys?user_id=${other.userId}`, { key: member.key }),
    "404 user_not_found",
  );
  assert.equal(
    await answer(`DELETE /v1/api-keys/${other.keyId}`, { key: member.key }),
    "404 api_key_not_found",
  );
  const made = await api.call("POST /v1/api-keys", { body });
  assert.deepEqual([made.status, made.body.user_id, made.body.created_by], [201, other.userId, api.ownerId]);
  const { body: page } = await api.call(`GET /v1/api-keys?user_id=${other.userId}&limit=1`);
  assert.equal(page.items[0].id, made.body.id);
  const { body: rest } = await api.call(`GET /v1/api-keys?user_id=${other.userId}&after=${page.next_cursor}`);
  assert.deepEqual(
    rest.items.map(({ id }: { id: string }) => id),
    [other.keyId],
  );
  assert.equal(rest.next_cursor, null);
});

test("A1 what cannot be a key is refused: unknown scope, an expiry that is over, the environment's name, too many", async () => {
  const { key, userId } = await api.newKey();
  for (const [body, path] of [
    [{ name: "x", scope: "all" }, "scope"],
    [{ name: "x", expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
    [{ name: ENVIRONMENT_KEY_NAME }, "name"],
    [{ name: " " }, "name"],
  ] as const) {
    const { status, body: problem } = await api.call("POST /v1/api-keys", { key, body });
    assert.deepEqual([status, problem.errors?.[0]?.path], [400, path]);
  }
  await api.pool.query(
    `insert into api_keys (id, user_id, name, prefix, sha256)
     select gen_random_uuid(), $1::uuid, 'many', 'evt_', $1::text || i from generate_series(1, 199) i`,
    [userId],
  );
  assert.equal(await answer("POST /v1/api-keys", { key, body: { name: "x" } }), "409 too_many");
});

test("A1 a member makes no endless number of keys and shares, revoked or not; others are not counted", async () => {
  const { key, userId } = await api.newKey();
  await api.pool.query(
    `insert into audit_log (id, actor_user_id, actor_kind, action, target_type)
     select $1::uuid, $2::uuid, 'key', 'api_key.create', 'api_key'
     union all select overlay(gen_random_uuid()::text placing left($1::text, 13) from 1 for 13)::uuid, $2, 'key', 'share.create', 'share'
     from generate_series(1, 198)`,
    [(await api.call("POST /v1/users", { body: { name: "now" } })).body.id, userId],
  );
  const make = (by: string) => answer("POST /v1/api-keys", { key: by, body: { name: "x" } });
  assert.equal(await make(key), "201");
  assert.equal(await make(key), "429 rate_limited");
  const { body: chat } = await api.call("POST /v1/chats", { key, body: { content: "hello" } });
  const share = { key, body: { link: true } };
  assert.equal(await answer(`POST /v1/chats/${chat.id}/shares`, share), "429 rate_limited");
  assert.equal(await make((await api.newKey()).key), "201");
});

test("A1 a key that expires works until then", async () => {
  const { key } = await api.newKey();
  const expires_at = "2999-01-01T00:00:00.000Z";
  const { body } = await api.call("POST /v1/api-keys", { key, body: { name: "late", expires_at } });
  assert.equal((await api.call("GET /v1/me", { key: body.key })).body.api_key.expires_at, expires_at);
});

test("A1 a key ends no later than the key or session that it was made with", async () => {
  const { key } = await api.newKey();
  const [soon, later] = ["2998-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"];
  const make = (by: string, expires_at?: string) =>
    api.call("POST /v1/api-keys", { key: by, body: { name: "x", ...(expires_at && { expires_at }) } });
  assert.equal((await make(key)).body.expires_at, null);
  const { body: brief } = await make(key, soon);
  for (const asked of [undefined, later]) assert.equal((await make(brief.key, asked)).body.expires_at, soon);
  const early = "2997-01-01T00:00:00.000Z";
  assert.equal((await make(brief.key, early)).body.expires_at, early);
  const session = await api.call("POST /session", { key: null, body: { api_key: key } });
  const cookie = session.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const made = await api.call("POST /v1/api-keys", {
    key: null,
    headers: { cookie, "X-Everturn-CSRF": "1" },
    body: { name: "x", expires_at: later },
  });
  assert.deepEqual([made.status, made.body.expires_at], [201, session.body.expires_at]);
  const { rows } = await api.pool.query(
    "select actor_kind, actor_proof_id from audit_log where target_id = $1",
    [made.body.id],
  );
  assert.deepEqual(rows, [{ actor_kind: "session", actor_proof_id: session.body.id }]);
});

test("A1 the environment's key cannot be revoked, and stays an admin's whatever becomes of its holder", async () => {
  const world = await startTestApi();
  try {
    const key = newApiKey();
    await seedAdminKey(world.pool, key);
    const { body: me } = await world.call("GET /v1/me", { key });
    const refused = await world.call(`DELETE /v1/api-keys/${me.api_key.id}`);
    assert.equal(`${refused.status} ${refused.body.code}`, "409 of_environment");
    assert.equal((await world.call("GET /v1/me", { key })).status, 200);
    const { body: next } = await world.call("POST /v1/users", { body: { name: "next", role: "admin" } });
    await world.call(`PATCH /v1/users/${me.id}`, { key, body: { suspended: true } });
    assert.equal((await world.call("GET /v1/me", { key })).status, 401);
    await seedAdminKey(world.pool, key);
    world.deps.accessChanged();
    assert.equal((await world.call("GET /v1/me", { key })).body.id, next.id);
  } finally {
    await world.stop();
  }
});

test("A5 a key for chats alone shows an admin no more than a member sees", async () => {
  const key = newApiKey();
  await createApiKey(api.pool, { user_id: api.ownerId, name: "chats", key, scope: "chats" });
  const provider = { name: "Own", kind: "openai-compatible", base_url: "https://models.example.org/v1" };
  const { body: made } = await api.call("POST /v1/model-providers", { body: provider });
  const config = { name: "own", provider_id: made.id, model: "own", provider_options: { secret: 1 } };
  const { body: shown } = await api.call("POST /v1/model-configs", { body: config });
  assert.deepEqual(shown.provider_options, { secret: 1 });
  const seen = await api.call(`GET /v1/model-configs/${shown.id}`, { key });
  assert.deepEqual([seen.status, seen.body.provider_options], [200, null]);
});

test("A1 a key that is revoked at one replica stops at the others as soon as Postgres tells them", async () => {
  const { key, keyId } = await api.newKey();
  const told: (() => void)[] = [];
  const nextChange = () => new Promise<void>((resolve) => void told.push(resolve));
  const listening = nextChange();
  const gate = { recheck: () => Promise.resolve(told.shift()?.()) };
  const config = { databaseUrl: api.databaseUrl, rateLimits: api.deps.rateLimits };
  const replica = openAccess(config, {
    pool: api.pool,
    gate,
    signIn: api.deps.signIn,
    logger: api.deps.logger,
  });
  try {
    await listening;
    assert.equal((await replica.keys.find(key))?.by.type, "key");
    const change = nextChange();
    assert.equal(await answer(`DELETE /v1/api-keys/${keyId}`), "204");
    await change;
    assert.equal(await replica.keys.find(key), null);
  } finally {
    await replica.close();
  }
});

test("T10 all keys of a user together hold no more streams than they may: 429 with Retry-After", async () => {
  const world = await startTestApi({ streams: { perUserMax: 1 } });
  try {
    const { body: second } = await world.call("POST /v1/api-keys", { body: { name: "second" } });
    const leave = new AbortController();
    const watch = (key: string) =>
      fetch(`${world.url}/v1/chats/watch`, {
        headers: { Authorization: `Bearer ${key}` },
        signal: leave.signal,
      });
    assert.equal((await watch(world.key)).status, 200);
    const refused = await watch(second.key);
    assert.equal(
      `${refused.status} ${((await refused.json()) as { code: string }).code}`,
      "429 too_many_streams",
    );
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    const other = await world.newKey();
    assert.equal((await watch(other.key)).status, 200);
    leave.abort();
  } finally {
    await world.stop();
  }
});

test("T9 a key that may only read leaves the read state as it is", async () => {
  const world = await startTestApi({ liveBus: "postgres" });
  try {
    const { body: chat } = await world.call("POST /v1/chats", { body: { content: "hello" } });
    await world.pool.query(
      `insert into messages (chat_id, turn_id, role, content, version) values ($1, 1, 'assistant', '[]', 1)`,
      [chat.id],
    );
    const visit = async (key: string) => {
      const headers = { Authorization: `Bearer ${key}` };
      const leave = new AbortController();
      const stream = await fetch(`${world.url}/v1/chats/${chat.id}/stream`, {
        headers,
        signal: leave.signal,
      });
      const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
      for (let text = ""; !text.includes("caught_up"); ) {
        text += new TextDecoder().decode((await reader.read()).value);
      }
      leave.abort();
      const { rows } = await world.pool.query("select last_read_message_id from chats where id = $1", [
        chat.id,
      ]);
      return rows[0].last_read_message_id as number;
    };
    const key = newApiKey();
    await createApiKey(world.pool, { user_id: world.ownerId, name: "reader", key, scope: "read" });
    assert.equal(await visit(key), 0);
    assert.ok((await visit(world.key)) > 0);
  } finally {
    await world.stop();
  }
});
