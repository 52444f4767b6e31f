// Projects: folders that admins register, and chats that are made for them.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chatMarkKeepMs, projectsMax } from "../../core/chat/limits.ts";
import { purgeProjects } from "../../store/workspace/projects.ts";
import { type Called, startTestApi, type TestApi } from "../support/api.ts";
import { FeedClient } from "../support/reader/feed-client.ts";

let api: TestApi;
let folder: string;

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "everturn-projects-")));
  for (const name of ["allowed/shop/src", "allowed/wiki", "outside/secret"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "allowed/file.txt"), "");
  symlinkSync("../outside/secret", join(folder, "allowed/link"));
  symlinkSync("shop", join(folder, "allowed/shop-link"));
  const roots = [join(folder, "allowed")];
  api = await startTestApi({ projectRoots: roots, liveBus: "postgres", feedPollMs: 20 });
});

after(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const shop = () => join(folder, "allowed/shop");

function make(name: string, path = shop(), key = api.key): Promise<Called> {
  return api.call("POST /v1/projects", { key, body: { name, path } });
}

async function made(name: string, path = shop()): Promise<string> {
  const { status, body } = await make(name, path);
  assert.equal(status, 201, JSON.stringify(body));
  return body.id as string;
}

function newChat(body: object, key = api.key): Promise<Called> {
  return api.call("POST /v1/chats", { key, body: { content: "hello", ...body } });
}

async function count(table: "chats" | "projects"): Promise<number> {
  const { rows } = await api.pool.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]?.count ?? 0;
}

test("C13 admins make, rename and delete projects, and the audit log names them; members read them", async () => {
  const member = await api.newKey("member");
  const { status, body: project } = await make("Shop", join(folder, "allowed/shop-link"));
  assert.equal(status, 201);
  assert.deepEqual([project.name, project.path], ["Shop", shop()]);
  const path = `/v1/projects/${project.id}`;
  for (const what of [`PATCH ${path}`, "POST /v1/projects", `DELETE ${path}`]) {
    const body = what.startsWith("DELETE") ? undefined : { name: "Mine" };
    assert.equal((await api.call(what, { key: member.key, body })).body.code, "forbidden", what);
  }
  const renamed = await api.call(`PATCH ${path}`, { body: { name: "The shop" } });
  assert.deepEqual([renamed.status, renamed.body.name, renamed.body.path], [200, "The shop", shop()]);
  assert.deepEqual((await api.call(`GET ${path}`, { key: member.key })).body, renamed.body);
  assert.equal((await api.call(`DELETE ${path}`)).status, 204);
  for (const what of [`GET ${path}`, `DELETE ${path}`])
    assert.equal((await api.call(what)).body.code, "project_not_found", what);
  const gone = await api.call(`PATCH ${path}`, { body: { name: "x" } });
  assert.equal(`${gone.status} ${gone.body.code}`, "404 project_not_found");
  const log = await api.call(`GET /v1/audit-log?target=${project.id}`);
  assert.deepEqual(
    log.body.items.map(({ action }: { action: string }) => action),
    ["project.delete", "project.update", "project.create"],
  );
});

test("C13 a list of projects pages, newest first", async () => {
  const names = ["page a", "page b", "page c"];
  for (const name of names) await made(name);
  const first = await api.call("GET /v1/projects?limit=2");
  const next = await api.call(`GET /v1/projects?limit=200&after=${first.body.next_cursor}`);
  const all = [...first.body.items, ...next.body.items].map(({ name }) => name);
  assert.deepEqual(
    all.filter((name: string) => names.includes(name)),
    names.toReversed(),
  );
  assert.equal(next.body.next_cursor, null);
  assert.equal((await api.call("GET /v1/projects?after=x")).body.code, "invalid_cursor");
});

test("C13 a folder that is elsewhere, behind a link, none, or no path is refused with its field, and no project is made", async () => {
  const before = await count("projects");
  for (const path of [
    "outside",
    "allowed/../outside",
    "allowed/link",
    "allowed/missing",
    "allowed/file.txt",
  ]) {
    const { status, body } = await make("Refused", join(folder, "x").slice(0, -1) + path);
    assert.equal(`${status} ${body.code} ${body.errors[0].path}`, "400 project_path_refused path", path);
  }
  for (const path of ["shop", "./shop", "~"])
    assert.equal((await make("Refused", path)).body.code, "project_path_refused", path);
  const bad: [object, string][] = [
    [{ name: "x", path: `${shop()}\u0000` }, "path"],
    [{ name: "x", path: " " }, "path"],
    [{ name: "x", path: `/${"x".repeat(5_000)}` }, "path"],
    [{ name: "", path: shop() }, "name"],
    [{ name: "a\u0000b", path: shop() }, "name"],
    [{ name: "x".repeat(101), path: shop() }, "name"],
    [{ name: "x" }, "path"],
    [{ name: "x", path: shop(), owner: "me" }, "owner"],
  ];
  for (const [body, path] of bad) {
    const refused = await api.call("POST /v1/projects", { body });
    assert.equal(`${refused.status} ${refused.body.code}`, "400 invalid_request", JSON.stringify(body));
    assert.equal(refused.body.errors[0].path, path);
  }
  const moved = await api.call(`PATCH /v1/projects/${await made("Stays")}`, { body: { path: "/etc" } });
  assert.deepEqual(
    moved.body.errors.map((error: { path: string }) => error.path),
    ["name", "path"],
  );
  assert.equal(await count("projects"), before + 1);
});

test("C13 a name is taken once, also by racing requests, and free again after a deletion", async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => make("Raced")));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, 409, 409, 409, 409],
  );
  const refused = answers.find(({ status }) => status === 409)?.body;
  assert.equal(`${refused.code} ${refused.errors[0].path}`, "name_taken name");
  const other = await made("Not raced");
  const renamed = await api.call(`PATCH /v1/projects/${other}`, { body: { name: "Raced" } });
  assert.equal(`${renamed.status} ${renamed.body.code}`, "409 name_taken");
  const first = answers.find(({ status }) => status === 201)?.body.id;
  await api.call(`DELETE /v1/projects/${first}`);
  await made("Raced");
});

test("C13 a chat of a project has its folder, and keeps it when the project is deleted", async () => {
  const project_id = await made("Bound");
  const member = await api.newKey("member");
  const { status, body: chat } = await newChat({ project_id }, member.key);
  assert.equal(status, 201);
  assert.deepEqual([chat.project_id, chat.project_path], [project_id, shop()]);
  await newChat({}, member.key);
  const listed = async (id: string) => {
    const { body } = await api.call(`GET /v1/chats?project_id=${id}`, { key: member.key });
    return body.items.map((item: { id: string }) => item.id);
  };
  assert.deepEqual(await listed(project_id), [chat.id]);
  const fork = await api.call(`POST /v1/chats/${chat.id}/fork`, { key: member.key, body: {} });
  assert.deepEqual([fork.body.project_id, fork.body.project_path], [project_id, shop()]);
  assert.equal((await api.call(`DELETE /v1/projects/${project_id}`)).status, 204);
  const kept = await api.call(`GET /v1/chats/${chat.id}`, { key: member.key });
  assert.deepEqual([kept.body.project_id, kept.body.project_path], [project_id, shop()]);
  assert.deepEqual((await listed(project_id)).length, 2);
  const link = await api.call(`POST /v1/chats/${chat.id}/shares`, { key: member.key, body: { link: true } });
  const shared = await api.call(`GET /shared/${link.body.token}`, { key: null });
  assert.deepEqual([shared.body.chat.project_id, shared.body.chat.project_path], [null, null]);
});

test("C13 a chat cannot have a project that is unknown, deleted, or whose folder is gone or has become a way out, and no row appears", async () => {
  const gone = join(folder, "allowed/gone");
  mkdirSync(gone);
  const escaped = join(folder, "allowed/escaped");
  mkdirSync(escaped);
  const deleted = await made("Deleted");
  await api.call(`DELETE /v1/projects/${deleted}`);
  const ids = [deleted, api.ownerId, await made("Gone", gone), await made("Escaped", escaped)];
  rmSync(gone, { recursive: true });
  rmSync(escaped, { recursive: true });
  symlinkSync("../outside", escaped);
  const before = await count("chats");
  for (const project_id of ids) {
    const { status, body } = await newChat({ project_id });
    assert.equal(`${status} ${body.code} ${body.errors[0].path}`, "400 project_refused project_id");
  }
  const project_id = await made("Both");
  for (const [more, path] of [
    [{ project_path: shop() }, "project_path"],
    [{ workspace_id: api.ownerId }, "workspace_id"],
  ] as const) {
    const { status, body } = await newChat({ project_id, ...more });
    assert.equal(`${status} ${body.code} ${body.errors[0].path}`, `400 invalid_request ${path}`);
  }
  assert.equal((await newChat({ project_id: "shop" })).body.errors[0].path, "project_id");
  assert.equal((await api.call("GET /v1/chats?project_id=shop")).body.errors[0].path, "project_id");
  assert.equal(await count("chats"), before);
});

test("C13 T8 every feed tells that a project is there or gone, also to a reader that comes back with its cursor", async () => {
  const readers = await Promise.all(
    [await api.newKey("member"), await api.newKey("admin")].map(async ({ key }) => {
      const reader = await new FeedClient(key).connect(api.url);
      await reader.until(() => reader.types.includes("snapshot"));
      return reader;
    }),
  );
  const told = (reader: FeedClient, id: string) =>
    reader.events.filter(({ project_id }) => project_id === id).map(({ type }) => type);
  const id = await made("Told");
  for (const reader of readers) {
    await reader.until(() => told(reader, id).includes("project_created"));
    await reader.cut();
  }
  await api.call(`DELETE /v1/projects/${id}`);
  for (const reader of readers) {
    await reader.connect(api.url);
    await reader.until(() => told(reader, id).includes("project_deleted"));
    assert.equal(reader.types.filter((type) => type === "snapshot").length, 1);
    await reader.cut();
  }
});

test("C13 a deleted project is forgotten when no reader resumes from before it any more", async () => {
  const ids = [await made("Old"), await made("Fresh")];
  for (const id of ids) await api.call(`DELETE /v1/projects/${id}`);
  await api.pool.query("update projects set deleted_at = now() - make_interval(secs => $2) where id = $1", [
    ids[0],
    chatMarkKeepMs / 1000 + 60,
  ]);
  assert.equal(await purgeProjects(api.pool), 1);
  const { rows } = await api.pool.query("select id from projects where id = any($1)", [ids]);
  assert.deepEqual(rows, [{ id: ids[1] }]);
});

test("C13 there are only so many projects", async () => {
  await api.pool.query(
    `insert into projects (id, name, path)
     select gen_random_uuid(), 'filler ' || n, '/srv' from generate_series(1, $1) n`,
    [projectsMax],
  );
  const { status, body } = await make("One too many");
  assert.equal(`${status} ${body.code}`, "409 too_many");
  await api.pool.query("delete from projects where name like 'filler %'");
});
