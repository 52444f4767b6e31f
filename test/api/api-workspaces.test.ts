import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { validate, version } from "uuid";
import { startTestApi, type TestApi } from "../support/api.ts";

const NOBODY = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function newWorkspace(more: object = {}, key = api.key) {
  const { status, body } = await api.call("POST /v1/workspaces", {
    body: { template: "blank", ...more },
    key,
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

async function newChat(more: object = {}) {
  return (await api.call("POST /v1/chats", { body: { content: "hello", ...more } })).body;
}

/** Where its workflow would have brought it. */
async function arrive(id: string, status: string, agent_status = "none"): Promise<void> {
  await api.pool.query(
    "update workspaces set status = $2, agent_status = $3, built_at = coalesce(built_at, now()) where id = $1",
    [id, status, agent_status],
  );
  await api.pool.query(
    "update workspace_builds set status = 'succeeded', finished_at = now() where workspace_id = $1",
    [id],
  );
}

async function count(table: string): Promise<number> {
  const { rows } = await api.pool.query<{ n: number }>(`select count(*) as n from ${table}`);
  return (rows[0] as { n: number }).n;
}

test("W3 a workspace is accepted at once and is building, also while Temporal is away (Q11)", async () => {
  const made = await newWorkspace({ name: "Mine" });
  assert.ok(validate(made.id) && version(made.id) === 7);
  assert.deepEqual([made.status, made.agent_status, made.error], ["building", "none", null]);
  assert.deepEqual([made.template, made.driver, made.owner_id], ["blank", "local", api.ownerId]);
  assert.deepEqual([made.build.kind, made.build.status], ["create", "queued"]);
  assert.deepEqual(made.links, {
    self: `/v1/workspaces/${made.id}`,
    logs: `/v1/workspaces/${made.id}/builds/${made.build.id}/logs`,
    temporal: null,
  });
  assert.deepEqual((await api.call(`GET /v1/workspaces/${made.id}`)).body, made);
  const { rows } = await api.pool.query(
    "select version > told_version as untold from workspaces where id = $1",
    [made.id],
  );
  // Temporal is away: a loop of the worker tells the workflow later.
  assert.deepEqual(rows, [{ untold: true }]);
});

test("W2 names are the given ones, mended, told apart where they are taken, or made", async () => {
  const names = [];
  for (const name of ["Shed of Mine!", "shed-of-mine", undefined])
    names.push((await newWorkspace({ name })).name);
  assert.equal(names[0], "shed-of-mine");
  assert.match(names[1], /^shed-of-mine-[0-9a-f]{4}$/);
  assert.match(names[2], /^blank-[0-9a-f]{4}$/);
});

test("parameters are kept with the template's defaults filled in", async () => {
  const { body } = await api.call("GET /v1/templates/node");
  const [parameter] = body.template.parameters;
  const made = await newWorkspace({ template: "node" });
  assert.deepEqual(made.parameters, { [parameter.name]: parameter.default });
});

test("workspaces are listed newest first, page by page, without gaps or doubles", async () => {
  const { key } = await api.newKey();
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift((await newWorkspace({}, key)).id);
  const seen: string[] = [];
  let after = "";
  for (;;) {
    const { body } = await api.call(`GET /v1/workspaces?limit=2${after}`, { key });
    seen.push(...body.items.map((item: { id: string }) => item.id));
    if (body.next_cursor === null) break;
    after = `&after=${body.next_cursor}`;
  }
  assert.deepEqual(seen, ids);
  for (const cursor of ["x", Buffer.from("[1]").toString("base64url")]) {
    const { status, body } = await api.call(`GET /v1/workspaces?after=${cursor}`, { key });
    assert.equal(`${status} ${body.code}`, "400 invalid_cursor");
  }
});

test("A2 others' workspaces look like ones that are not there, admins' looks included", async () => {
  const stranger = await api.newKey();
  const theirs = await newWorkspace({}, stranger.key);
  for (const id of [theirs.id, NOBODY, "7"]) {
    const at = `/v1/workspaces/${id}`;
    for (const what of [
      `GET ${at}`,
      `DELETE ${at}`,
      `POST ${at}/start`,
      `POST ${at}/stop`,
      `GET ${at}/builds/${theirs.build.id}/logs`,
    ]) {
      const answer = await api.call(what);
      assert.equal(`${answer.status} ${answer.body.code}`, "404 workspace_not_found", what);
    }
  }
  const { body: list } = await api.call("GET /v1/workspaces?limit=200");
  assert.equal(
    list.items.some((item: { id: string }) => item.id === theirs.id),
    false,
  );
  const after = await api.call(`GET /v1/workspaces/${theirs.id}`, { key: stranger.key });
  assert.deepEqual(after.body, theirs);
});

test("A3 bodies are refused with the path of what is wrong, and nothing is made", async () => {
  const before = await count("workspaces");
  const cases: readonly [unknown, string][] = [
    [{}, "template"],
    [{ template: "" }, "template"],
    [{ template: 7 }, "template"],
    [{ template: "blank", name: 7 }, "name"],
    [{ template: "blank", name: "a\u0000b" }, "name"],
    [{ template: "blank", parameters: [] }, "parameters"],
    [{ template: "blank", colour: "red" }, "colour"],
  ];
  for (const [body, path] of cases) {
    const answer = await api.call("POST /v1/workspaces", { body });
    assert.equal(`${answer.status} ${answer.body.code}`, "400 invalid_request", JSON.stringify(body));
    assert.equal(answer.body.errors[0].path, path);
  }
  assert.equal(await count("workspaces"), before);
});

test("Q10 the same key makes one workspace, twins in flight included", async () => {
  const before = await count("workspaces");
  const headers = { "Idempotency-Key": randomUUID() };
  const ask = () => api.call("POST /v1/workspaces", { body: { template: "blank" }, headers });
  const twins = await Promise.all([ask(), ask(), ask()]);
  for (const twin of [...twins, await ask()]) assert.deepEqual(twin.body, twins[0]?.body);
  assert.equal(await count("workspaces"), before + 1);
  const other = await api.call("POST /v1/workspaces", { body: { template: "node" }, headers });
  assert.equal(`${other.status} ${other.body.code}`, "409 idempotency_key_reused");
});

test("W9 a running workspace is stopped, a stopped one started by a new build; the same wish again changes nothing", async () => {
  const made = await newWorkspace();
  const at = `/v1/workspaces/${made.id}`;
  await arrive(made.id, "running", "ready");
  const running = await api.call(`POST ${at}/start`);
  assert.deepEqual([running.status, running.body.status], [200, "running"]);
  assert.equal(running.body.build.id, made.build.id);
  const stopping = await api.call(`POST ${at}/stop`, { body: {} });
  assert.equal(stopping.body.status, "stopping");
  assert.deepEqual((await api.call(`POST ${at}/stop`)).body, stopping.body);
  await arrive(made.id, "stopped");
  const started = await api.call(`POST ${at}/start`);
  assert.deepEqual([started.body.status, started.body.build.kind], ["building", "start"]);
  assert.notEqual(started.body.build.id, made.build.id);
  assert.equal((await api.call(`POST ${at}/start`)).body.build.id, started.body.build.id);
  const refused = await api.call(`POST ${at}/stop`, { body: { now: true } });
  assert.equal(`${refused.status} ${refused.body.errors[0].path}`, "400 now");
});

test("a deleted workspace is shown as deleting until it is gone, and is not started any more", async () => {
  const made = await newWorkspace();
  const at = `/v1/workspaces/${made.id}`;
  for (let i = 0; i < 2; i++) assert.equal((await api.call(`DELETE ${at}`)).status, 204);
  const shown = await api.call(`GET ${at}`);
  assert.deepEqual([shown.body.status, shown.body.build.status], ["deleting", "cancelled"]);
  const start = await api.call(`POST ${at}/start`);
  assert.equal(`${start.status} ${start.body.code}`, "409 workspace_deleting");
  // What its workflow does in the end.
  await api.pool.query("delete from workspaces where id = $1", [made.id]);
  assert.equal((await api.call(`GET ${at}`)).status, 404);
  assert.equal((await api.call(`DELETE ${at}`)).status, 404);
});

test("W4 a chat is made with a workspace, rebound, unbound and bound again", async () => {
  const [first, second] = [await newWorkspace(), await newWorkspace()];
  const chat = await newChat({ workspace_id: first.id.toUpperCase() });
  assert.deepEqual([chat.workspace_id, chat.status], [first.id, "running"]);
  const patch = (body: object) => api.call(`PATCH /v1/chats/${chat.id}`, { body });
  for (const workspace_id of [second.id, null, first.id]) {
    const { body } = await patch({ workspace_id, title: "Bound" });
    assert.deepEqual([body.workspace_id, body.title], [workspace_id, "Bound"]);
    assert.deepEqual((await api.call(`GET /v1/chats/${chat.id}`)).body, body);
  }
});

test("W4 an archived chat is bound as it comes back, and not before", async () => {
  const made = await newWorkspace();
  const chat = await newChat();
  await api.pool.query("update chats set status = 'waiting' where id = $1", [chat.id]);
  const patch = (body: object) => api.call(`PATCH /v1/chats/${chat.id}`, { body });
  const archived = await patch({ archived: true, workspace_id: made.id });
  assert.deepEqual([archived.body.archived, archived.body.workspace_id], [true, made.id]);
  assert.equal((await patch({ workspace_id: null })).body.code, "chat_archived");
  assert.equal((await patch({ archived: false, workspace_id: null })).body.workspace_id, null);
});

test("Q1 an unknown, foreign or deleted workspace is refused by its path: no chat appears, none changes", async () => {
  const stranger = await api.newKey();
  const theirs = await newWorkspace({}, stranger.key);
  const deleted = await newWorkspace();
  await api.call(`DELETE /v1/workspaces/${deleted.id}`);
  const chat = await newChat();
  const before = await count("chats");
  for (const workspace_id of [NOBODY, theirs.id, deleted.id]) {
    const create = await api.call("POST /v1/chats", { body: { content: "x", workspace_id } });
    const patch = await api.call(`PATCH /v1/chats/${chat.id}`, { body: { workspace_id, title: "no" } });
    for (const { status, body } of [create, patch]) {
      assert.equal(`${status} ${body.code}`, "400 workspace_refused");
      assert.equal(body.errors[0].path, "workspace_id");
    }
  }
  assert.equal(await count("chats"), before);
  assert.deepEqual((await api.call(`GET /v1/chats/${chat.id}`)).body, chat);
  const wrong = await api.call("POST /v1/chats", { body: { content: "x", workspace_id: "mine" } });
  assert.equal(`${wrong.status} ${wrong.body.code}`, "400 invalid_request");
});

test("W8 a chat has a project folder or a workspace, not both", async () => {
  const made = await newWorkspace();
  const both = { content: "x", project_path: "/tmp", workspace_id: made.id };
  const { status, body } = await api.call("POST /v1/chats", { body: both });
  assert.equal(`${status} ${body.errors[0].path}`, "400 workspace_id");
  const chat = await newChat();
  await api.pool.query("update chats set project_path = '/tmp' where id = $1", [chat.id]);
  const patch = await api.call(`PATCH /v1/chats/${chat.id}`, { body: { workspace_id: made.id } });
  assert.equal(`${patch.status} ${patch.body.code}`, "400 workspace_refused");
});

test("A3 a user has no more workspaces than allowed, of many asked for at once too; deleted and never built ones do not count", async () => {
  const small = await startTestApi({ workspacesPerUserMax: 3 });
  try {
    const ask = () => small.call("POST /v1/workspaces", { body: { template: "blank" } });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    const refused = answers.filter(({ status }) => status !== 201);
    assert.equal(refused.length, 5);
    for (const { status, body } of refused) assert.equal(`${status} ${body.code}`, "409 too_many_workspaces");
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.id as string);
    assert.equal((await small.call(`DELETE /v1/workspaces/${made[0]}`)).status, 204);
    assert.equal((await ask()).status, 201);
    await small.pool.query("update workspaces set status = 'failed' where id = $1", [made[1]]);
    assert.equal((await ask()).status, 201);
    assert.equal((await ask()).status, 409);
    const { key } = await small.newKey();
    assert.equal((await small.call("POST /v1/workspaces", { body: { template: "blank" }, key })).status, 201);
  } finally {
    await small.stop();
  }
});
