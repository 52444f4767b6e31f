import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";

const NOBODY = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

let api: TestApi;
let folder: string;
let chatId: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "everturn-api-"));
  await mkdir(join(folder, "allowed/project"), { recursive: true });
  await mkdir(join(folder, "outside"));
  await symlink(join(folder, "outside"), join(folder, "allowed/link"));
  api = await startTestApi({ projectRoots: [join(folder, "allowed")] });
  chatId = (await api.call("POST /v1/chats", { body: { content: "hello" } })).body.id;
});

after(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

test("unknown ids and ids that cannot exist are not found", async () => {
  const cases: readonly [string, string, unknown?][] = [
    [`GET /v1/chats/${NOBODY}`, "chat_not_found"],
    ["GET /v1/chats/7", "chat_not_found"],
    [`PATCH /v1/chats/${NOBODY}`, "chat_not_found", { title: "x" }],
    [`DELETE /v1/chats/${NOBODY}`, "chat_not_found"],
    [`GET /v1/chats/${NOBODY}/messages`, "chat_not_found"],
    [`GET /v1/chats/${NOBODY}/stream`, "chat_not_found"],
    [`POST /v1/chats/${NOBODY}/messages`, "chat_not_found", { content: "x" }],
    [`POST /v1/chats/${NOBODY}/interrupt`, "chat_not_found"],
    [`PATCH /v1/chats/${chatId}/messages/999999999`, "message_not_found", { content: "x" }],
    [`PATCH /v1/chats/${chatId}/messages/99999999999999999999`, "message_not_found", { content: "x" }],
    [`PATCH /v1/chats/${chatId}/queue/999999999`, "queued_message_not_found", { content: "x" }],
    [`DELETE /v1/chats/${chatId}/queue/x`, "queued_message_not_found"],
    [`POST /v1/chats/${chatId}/queue/0/promote`, "queued_message_not_found"],
    [`GET /v1/model-configs/${NOBODY}`, "not_found"],
    ["GET /v1/model-configs/default", "not_found"],
    ["GET /v1/nothing", "not_found"],
    ["GET /nothing", "not_found"],
  ];
  for (const [what, code, body] of cases) {
    const answer = await api.call(what, { body });
    assert.equal(`${answer.status} ${answer.body.code}`, `404 ${code}`, what);
  }
});

test("Q8 promoting a message that is not queued is not found, with and without a queue", async () => {
  const { body: idle } = await api.call("POST /v1/chats", { body: { content: "x" } });
  const promote = `POST /v1/chats/${idle.id}/queue/999999999/promote`;
  assert.equal((await api.call(promote)).body.code, "queued_message_not_found");
  await api.call(`POST /v1/chats/${idle.id}/messages`, { body: { content: "y" } });
  assert.equal((await api.call(promote)).body.code, "queued_message_not_found");
});

test("a path that is not URL encoding is refused", async () => {
  assert.equal((await api.call("GET /v1/chats/%zz")).status, 404);
});

test("a wrong method is refused and the right ones are named", async () => {
  const answer = await api.call("PUT /v1/chats", { body: {} });
  assert.equal(answer.body.code, "method_not_allowed");
  assert.equal(answer.headers.get("allow"), "POST, GET, HEAD");
});

test("wrong query parameters are refused by name", async () => {
  for (const [query, path] of [
    ["limit=0", "limit"],
    ["limit=201", "limit"],
    ["limit=many", "limit"],
    ["status=asleep", "status"],
    ["archived=maybe", "archived"],
    ["label=novalue", "label"],
    ["color=red", "color"],
  ]) {
    const { status, body } = await api.call(`GET /v1/chats?${query}`);
    assert.equal(status, 400);
    assert.equal(body.errors[0].path, path, JSON.stringify(body));
  }
});

test("a list cursor that is none is refused", async () => {
  for (const cursor of ["x", "bm90IGpzb24", Buffer.from("[1]").toString("base64url")]) {
    const { status, body } = await api.call(`GET /v1/chats?after=${cursor}`);
    assert.equal(`${status} ${body.code}`, "400 invalid_cursor");
  }
});

test("W8 a project path outside the allowed roots is refused, and told apart from nothing else", async () => {
  const ask = (project_path: string) => api.call("POST /v1/chats", { body: { content: "x", project_path } });
  const inside = await ask(join(folder, "allowed/project"));
  assert.equal(inside.status, 201);
  assert.equal(inside.body.project_path, join(folder, "allowed/project"));
  for (const path of ["outside", "allowed/../outside", "allowed/link", "missing", "allowed/missing"]) {
    const { status, body } = await ask(join(folder, path));
    assert.equal(`${status} ${body.code}`, "400 project_path_refused", path);
    assert.equal(body.errors[0].path, "project_path");
  }
  assert.equal((await ask("relative/path")).body.code, "project_path_refused");
});

test("E2 editing what is no user message is refused, and so is an unknown model: nothing changes", async () => {
  const { rows } = await api.pool.query<{ id: number }>(
    `insert into messages (chat_id, turn_id, role, content, version) values ($1, 1, 'assistant', '[]', 1) returning id`,
    [chatId],
  );
  const answer = `PATCH /v1/chats/${chatId}/messages/${rows[0]?.id}`;
  assert.equal((await api.call(answer, { body: { content: "x" } })).body.code, "not_a_user_message");
  const { body: page } = await api.call(`GET /v1/chats/${chatId}/messages?after_id=0`);
  const user = page.messages[0];
  const edit = await api.call(`PATCH /v1/chats/${chatId}/messages/${user.id}`, {
    body: { content: "x", model_config_id: NOBODY },
  });
  assert.equal(edit.body.code, "model_config_not_found");
  assert.deepEqual((await api.call(`GET /v1/chats/${chatId}/messages?after_id=0`)).body, page);
});

test("content with U+0000, lone surrogates and every plane of Unicode is kept as it came", async () => {
  const text = "a\u0000b \ud800 😀 \u202e";
  const { body: created } = await api.call("POST /v1/chats", { body: { content: text } });
  const { body } = await api.call(`GET /v1/chats/${created.id}/messages`);
  assert.equal(body.messages[0].content[0].text, text);
});
