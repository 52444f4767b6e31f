// What was done to the deployment, by whom and from where.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function acts(query = ""): Promise<{ action: string; [name: string]: unknown }[]> {
  return (await api.call(`GET /v1/audit-log?limit=200${query}`)).body.items;
}

test("A8 each admin act leaves a row in its own transaction: who, what, when, from where, and no secrets", async () => {
  const { body: user } = await api.call("POST /v1/users", { body: { name: "Ada" } });
  const headers = { "X-Request-Id": "the-request" };
  const { body: key } = await api.call("POST /v1/api-keys", {
    headers,
    body: { name: "laptop", user_id: user.id },
  });
  const provider = { name: "Own", kind: "openai", api_key: "sk-secret" };
  const { body: made } = await api.call("POST /v1/model-providers", { body: provider });
  const config = { name: "own", provider_id: made.id, model: "own" };
  const { body: config_made } = await api.call("POST /v1/model-configs", { body: config });
  const calls: readonly [string, unknown?][] = [
    [`PATCH /v1/model-providers/${made.id}`, { api_key: "sk-other" }],
    [`PATCH /v1/model-configs/${config_made.id}`, { max_output_tokens: 100 }],
    [`DELETE /v1/model-providers/${made.id}/quirks`],
    [`DELETE /v1/model-configs/${config_made.id}`],
    [`DELETE /v1/model-providers/${made.id}`],
    ["PUT /v1/settings", { system_prompt: null }],
    [`PUT /v1/users/${user.id}/limit`, { limit_micros: 1, period: "day" }],
    [`PATCH /v1/users/${user.id}`, { name: "Ada L." }],
    [`PATCH /v1/users/${user.id}`, { suspended: true }],
    [`PATCH /v1/users/${user.id}`, { suspended: false }],
    [`DELETE /v1/api-keys/${key.id}`],
    [`DELETE /v1/users/${user.id}?chats=delete`],
  ];
  for (const [what, body] of calls) assert.ok((await api.call(what, { body })).status < 300, what);
  const rows = await acts();
  assert.deepEqual(rows.map(({ action }) => action).toReversed(), [
    "user.create",
    "api_key.create",
    "model_provider.create",
    "model_config.create",
    "model_provider.update",
    "model_config.update",
    "model_quirks.delete",
    "model_config.delete",
    "model_provider.delete",
    "settings.update",
    "user.limit",
    "user.update",
    "user.suspend",
    "user.resume",
    "api_key.revoke",
    "user.delete",
  ]);
  assert.doesNotMatch(JSON.stringify(rows), /sk-|evt_/);
  const { id: _id, at: _at, ...row } = rows.at(-2) as Record<string, unknown>;
  assert.deepEqual(row, {
    actor_user_id: api.ownerId,
    actor_name: "admin",
    actor_kind: "key",
    actor_proof_id: (await api.call("GET /v1/me")).body.api_key.id,
    action: "api_key.create",
    target_type: "api_key",
    target_id: key.id,
    detail: { user_id: user.id, name: "laptop", scope: "full", expires_at: null },
    address: "127.0.0.1",
    request_id: "the-request",
  });
});

test("A8 an act that is refused leaves no row", async () => {
  const before = (await acts()).length;
  const { body } = await api.call(`PATCH /v1/users/${api.ownerId}`, { body: { suspended: true } });
  assert.equal(body.code, "last_admin");
  await api.call("DELETE /v1/model-providers/0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a");
  assert.equal((await acts()).length, before);
});

test("A8 the log is paged without gaps or doubles, and filtered by actor, action and target", async () => {
  const all = await acts();
  const seen: unknown[] = [];
  for (let query = "limit=3"; ; ) {
    const { body } = await api.call(`GET /v1/audit-log?${query}`);
    seen.push(...body.items);
    if (body.next_cursor === null) break;
    query = `limit=3&after=${body.next_cursor}`;
  }
  assert.deepEqual(seen, all);
  const target = all[0]?.["target_id"] as string;
  const only = await acts(`&target=${target}&action=user.limit&actor=${api.ownerId}`);
  assert.deepEqual(
    only.map(({ action, target_id }) => [action, target_id]),
    [["user.limit", target]],
  );
  assert.deepEqual(await acts(`&actor=${target}`), []);
});

test("A8 a change of a role is `user.role` in whatever company it comes, and only if the role changes", async () => {
  const { body: user } = await api.call("POST /v1/users", { body: { name: "Bo" } });
  const patch = (body: object) => api.call(`PATCH /v1/users/${user.id}`, { body });
  await patch({ role: "admin", suspended: true, name: "Bob" });
  await patch({ role: "admin" });
  await patch({ role: "member" });
  const rows = (await acts(`&target=${user.id}`)).toReversed().map(({ action, detail }) => [action, detail]);
  assert.deepEqual(rows.slice(1), [
    ["user.role", { role: "admin", before: "member" }],
    ["user.suspend", {}],
    ["user.update", { name: "Bob" }],
    ["user.update", {}],
    ["user.role", { role: "member", before: "admin" }],
  ]);
});
