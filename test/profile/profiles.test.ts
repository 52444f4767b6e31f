// Profiles: what admins make, and what chats keep of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { profilesMax } from "../../core/chat/limits.ts";
import type { ChatProfile } from "../../core/tool/chat-profile.ts";
import { type Called, startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

const make = (body: object): Promise<Called> => api.call("POST /v1/profiles", { body });

async function made(body: object): Promise<string> {
  const { status, body: profile } = await make(body);
  assert.equal(status, 201, JSON.stringify(profile));
  return profile.id as string;
}

function newChat(body: object): Promise<Called> {
  return api.call("POST /v1/chats", { body: { content: "hello", ...body } });
}

async function rest(chatId: string): Promise<void> {
  await api.pool.query("update chats set status = 'waiting' where id = $1", [chatId]);
}

async function kept(chatId: string): Promise<ChatProfile | null> {
  const { rows } = await api.pool.query<{ profile: ChatProfile | null }>(
    "select profile from chats where id = $1",
    [chatId],
  );
  return rows[0]?.profile ?? null;
}

async function models(): Promise<readonly [string, string]> {
  const provider = await api.call("POST /v1/model-providers", {
    body: {
      name: `own ${crypto.randomUUID()}`,
      kind: "openai-compatible",
      base_url: "https://m.example.com/v1",
    },
  });
  const config = async (name: string) =>
    (
      await api.call("POST /v1/model-configs", {
        body: { name, provider_id: provider.body.id, model: name },
      })
    ).body.id as string;
  return [await config("one"), await config("two")];
}

async function server(body: object): Promise<string> {
  const transport = { type: "http", url: "http://127.0.0.1:1/mcp" };
  const slug = `s${crypto.randomUUID().slice(0, 8)}`;
  return (await api.call("POST /v1/mcp-servers", { body: { slug, name: slug, transport, ...body } })).body.id;
}

test("C10 admins make profiles and their next versions, the audit log names them, and members read them", async () => {
  const member = await api.newKey("member");
  const first = await make({ name: "Reviewer", system_prompt: "Review.", tools: ["grep", "wiki__*"] });
  assert.equal(first.status, 201);
  const { id, created_at, updated_at, ...fields } = first.body;
  assert.ok(created_at === updated_at);
  assert.deepEqual(fields, {
    name: "Reviewer",
    version: 1,
    system_prompt: "Review.",
    model_config_id: null,
    reasoning_effort: null,
    tools: ["grep", "wiki__*"],
    mcp_server_ids: null,
    skills: null,
    approval_policy: {},
    template: null,
  });
  const path = `/v1/profiles/${id}`;
  for (const [what, body] of [
    ["POST /v1/profiles", { name: "Mine" }],
    [`PATCH ${path}`, { name: "Mine" }],
    [`DELETE ${path}`, undefined],
  ] as const)
    assert.equal((await api.call(what, { key: member.key, body })).body.code, "forbidden", what);
  const next = await api.call(`PATCH ${path}`, { body: { tools: null, skills: [] } });
  assert.deepEqual([next.body.version, next.body.tools, next.body.skills], [2, null, []]);
  assert.equal(next.body.system_prompt, "Review.");
  const same = await api.call(`PATCH ${path}`, { body: { skills: [] } });
  assert.equal(same.body.version, 2);
  assert.deepEqual((await api.call(`GET ${path}`, { key: member.key })).body, next.body);
  const others = ["b", "c"];
  for (const name of others) await made({ name });
  const page = await api.call("GET /v1/profiles?limit=1", { key: member.key });
  const rest = await api.call(`GET /v1/profiles?after=${page.body.next_cursor}`, { key: member.key });
  assert.deepEqual([...page.body.items, ...rest.body.items].map(({ name }) => name).slice(0, 3), [
    "c",
    "b",
    "Reviewer",
  ]);
  assert.equal((await api.call(`DELETE ${path}`)).status, 204);
  for (const what of [`GET ${path}`, `DELETE ${path}`])
    assert.equal((await api.call(what)).body.code, "profile_not_found", what);
  assert.equal((await api.call(`PATCH ${path}`, { body: { name: "x" } })).body.code, "profile_not_found");
  const log = await api.call(`GET /v1/audit-log?target=${id}`);
  assert.deepEqual(
    log.body.items.map(({ action }: { action: string }) => action),
    ["profile.delete", "profile.update", "profile.update", "profile.create"],
  );
});

test("C10 what a profile cannot have is refused with its path, and no profile is made or changed", async () => {
  const id = await made({ name: "Taken" });
  const [model_config_id] = await models();
  await api.call(`PATCH /v1/model-configs/${model_config_id}`, { body: { enabled: false } });
  const mine = await server({ owner: "me" });
  const disabled = await server({ owner: "deployment", enabled: false });
  const good = await server({ owner: "deployment" });
  const long = (length: number) => "x".repeat(length);
  const bad: [object, string, string][] = [
    [{ name: "Taken" }, "409 name_taken", "name"],
    [{ name: " " }, "400 invalid_request", "name"],
    [{ name: "a\u0000" }, "400 invalid_request", "name"],
    [{ name: long(101) }, "400 invalid_request", "name"],
    [{ model_config_id }, "400 model_config_not_found", "model_config_id"],
    [{ model_config_id: api.ownerId }, "400 model_config_not_found", "model_config_id"],
    [{ mcp_server_ids: [good, mine] }, "400 mcp_server_refused", "mcp_server_ids[1]"],
    [{ mcp_server_ids: [disabled] }, "400 mcp_server_refused", "mcp_server_ids[0]"],
    [{ mcp_server_ids: [good, good] }, "400 invalid_request", "mcp_server_ids"],
    [{ template: "nowhere" }, "400 template_refused", "template"],
    [{ template: "../blank" }, "400 template_refused", "template"],
    [{ tools: ["grep", "no name"] }, "400 invalid_request", "tools[1]"],
    [{ tools: ["grep", "grep"] }, "400 invalid_request", "tools"],
    [{ tools: Array.from({ length: 101 }, (_, n) => `t${n}`) }, "400 invalid_request", "tools"],
    [{ skills: ["../release"] }, "400 invalid_request", "skills[0]"],
    [{ skills: ["Release"] }, "400 invalid_request", "skills[0]"],
    [{ reasoning_effort: "huge" }, "400 invalid_request", "reasoning_effort"],
    [{ system_prompt: long(10_001) }, "400 invalid_request", "system_prompt"],
    [{ approval_policy: { execute: "maybe" } }, "400 invalid_request", "approval_policy.execute"],
    [{ version: 7 }, "400 invalid_request", "version"],
  ];
  const other = await made({ name: "Other" });
  const before = (await api.call("GET /v1/profiles")).body;
  for (const [body, words, path] of bad) {
    for (const what of ["POST /v1/profiles", `PATCH /v1/profiles/${other}`]) {
      const refused = await api.call(what, { body: { name: "New", ...body } });
      const said = `${refused.status} ${refused.body.code} ${refused.body.errors?.[0]?.path}`;
      assert.equal(said, `${words} ${path}`, `${what} ${JSON.stringify(body).slice(0, 80)}`);
    }
  }
  assert.deepEqual((await api.call("GET /v1/profiles")).body, before);
  assert.equal((await api.call(`DELETE /v1/profiles/${id}`)).status, 204);
});

test("C10 changes at once make one version each", async () => {
  const id = await made({ name: "Raced" });
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      api.call(`PATCH /v1/profiles/${id}`, { body: { system_prompt: `prompt ${n}` } }),
    ),
  );
  assert.deepEqual(
    answers.map(({ body }) => body.version).toSorted((a, b) => a - b),
    [2, 3, 4, 5, 6],
  );
});

test("C10 a chat keeps the version that it was made from, and takes a newer one only when it is told to, at rest", async () => {
  const [one, two] = await models();
  const mcp = await server({ owner: "deployment" });
  const fields = { model_config_id: one, reasoning_effort: "low", mcp_server_ids: [mcp] };
  const profile_id = await made({ name: "Kept", system_prompt: "First.", ...fields });
  const { status, body: chat } = await newChat({ profile_id });
  assert.equal(status, 201);
  assert.deepEqual(
    [chat.profile_id, chat.profile_version, chat.last_model_config_id, chat.reasoning_effort],
    [profile_id, 1, one, "low"],
  );
  assert.deepEqual(chat.mcp_server_ids, [mcp]);
  const change = { system_prompt: "Second.", model_config_id: two, mcp_server_ids: null };
  await api.call(`PATCH /v1/profiles/${profile_id}`, { body: change });
  assert.equal((await kept(chat.id))?.system_prompt, "First.");
  const patch = (body: object) => api.call(`PATCH /v1/chats/${chat.id}`, { body });
  const busy = await patch({ profile_id });
  assert.equal(`${busy.status} ${busy.body.code}`, "409 chat_busy");
  await rest(chat.id);
  const newer = await patch({ profile_id });
  assert.deepEqual(
    [newer.body.profile_version, newer.body.last_model_config_id, newer.body.reasoning_effort],
    [2, two, "low"],
  );
  assert.deepEqual(newer.body.mcp_server_ids, []);
  assert.equal((await kept(chat.id))?.system_prompt, "Second.");
  const fork = await api.call(`POST /v1/chats/${chat.id}/fork`, { body: {} });
  assert.deepEqual([fork.body.profile_id, fork.body.profile_version], [profile_id, 2]);
  await api.call(`DELETE /v1/profiles/${profile_id}`);
  const after = await api.call(`GET /v1/chats/${chat.id}`);
  assert.deepEqual([after.body.profile_id, after.body.profile_version], [profile_id, 2]);
  const gone = await patch({ profile_id });
  assert.equal(
    `${gone.status} ${gone.body.code} ${gone.body.errors[0].path}`,
    "400 profile_refused profile_id",
  );
  const none = await patch({ profile_id: null });
  assert.deepEqual([none.body.profile_id, none.body.profile_version], [null, null]);
  assert.equal(await kept(chat.id), null);
});

test("C10 fields of the chat stand in place of its profile's", async () => {
  const [one, two] = await models();
  const [ofProfile, own] = [await server({ owner: "deployment" }), await server({ owner: "me" })];
  const profile_id = await made({
    name: "Precedence",
    model_config_id: one,
    reasoning_effort: "low",
    mcp_server_ids: [ofProfile],
  });
  const asked = { model_config_id: two, reasoning_effort: "high", mcp_server_ids: [own] };
  const { body } = await newChat({ profile_id, ...asked });
  assert.deepEqual(
    [body.last_model_config_id, body.reasoning_effort, body.mcp_server_ids],
    [two, "high", [own]],
  );
  assert.deepEqual((await newChat({ profile_id, mcp_server_ids: [] })).body.mcp_server_ids, []);
  await rest(body.id);
  const again = await api.call(`PATCH /v1/chats/${body.id}`, { body: { profile_id } });
  assert.deepEqual(again.body.mcp_server_ids, [own]);
});

test("C10 an unknown profile is refused with its path, and no chat appears", async () => {
  const count = async () =>
    (await api.pool.query<{ count: number }>("select count(*)::int as count from chats")).rows[0]?.count;
  const before = await count();
  for (const profile_id of [api.ownerId, crypto.randomUUID()]) {
    const { status, body } = await newChat({ profile_id });
    assert.equal(`${status} ${body.code} ${body.errors[0].path}`, "400 profile_refused profile_id");
  }
  for (const profile_id of ["reviewer", null, 7]) {
    const { status, body } = await newChat({ profile_id });
    assert.equal(`${status} ${body.code} ${body.errors[0].path}`, "400 invalid_request profile_id");
  }
  assert.equal(await count(), before);
});

test("C10 Q5 a profile whose model is disabled or gone makes chats with the default", async () => {
  const [one, two] = await models();
  const ids = [
    await made({ name: "Disabled model", model_config_id: one }),
    await made({ name: "Deleted model", model_config_id: two }),
  ];
  await api.call(`PATCH /v1/model-configs/${one}`, { body: { enabled: false } });
  await api.call(`DELETE /v1/model-configs/${two}`);
  const configs = (await api.call("GET /v1/model-configs")).body.items;
  const fallback = configs.find(({ is_default }: { is_default: boolean }) => is_default);
  for (const profile_id of ids) {
    const { status, body } = await newChat({ profile_id });
    assert.deepEqual([status, body.last_model_config_id], [201, fallback?.id ?? null]);
  }
  // A change of something else is not refused for a model that has gone since.
  const renamed = await api.call(`PATCH /v1/profiles/${ids[0]}`, { body: { name: "Renamed" } });
  assert.equal(renamed.status, 200);
});

test("C10 there are only so many profiles", async () => {
  await api.pool.query(
    `insert into profiles (id, name, value)
     select gen_random_uuid(), 'filler ' || n, '{}' from generate_series(1, $1) n`,
    [profilesMax],
  );
  const { status, body } = await make({ name: "One too many" });
  assert.equal(`${status} ${body.code}`, "409 too_many");
  await api.pool.query("delete from profiles where name like 'filler %'");
});
