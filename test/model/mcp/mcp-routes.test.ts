// Tests: MCP servers by the API: who may make and change which, what their addresses may be, and that no secret comes back.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { freePort } from "../../../dev/free-port.ts";
import { type Called, startTestApi, type TestApi } from "../../support/api.ts";
import { soon } from "../../support/soon.ts";
import { type HttpServer, startHttpServer } from "./servers/http-server.ts";
import { everythingProgram, oddProgram } from "./servers/programs.ts";

const PLANTED = "planted-8a1c55d0";

let api: TestApi;
let guarded: TestApi;
let here: HttpServer;
let member: string;
const logged: string[] = [];
const seen: string[] = [];
before(async () => {
  here = await startHttpServer();
  api = await startTestApi({ onLog: (line) => logged.push(line) });
  guarded = await startTestApi({
    mcp: {
      addressRules: { allowPrivate: false, setting: "EVERTURN_ALLOW_PRIVATE_MCP" },
      allowStdio: false,
    },
  });
  member = (await api.newKey("member")).key;
});
after(async () => {
  await Promise.all([api.stop(), guarded.stop(), here.stop()]);
});

async function call(what: string, body?: unknown, key = api.key): Promise<Called> {
  const called = await api.call(what, { key, ...(body !== undefined && { body }) });
  seen.push(JSON.stringify(called.body));
  return called;
}

let slugs = 0;
function aBody(more: Record<string, unknown> = {}) {
  return { slug: `s${++slugs}`, name: "A server", transport: { type: "http", url: here.url }, ...more };
}

async function make(more: Record<string, unknown> = {}, key = api.key): Promise<Called["body"]> {
  const { status, body } = await call("POST /v1/mcp-servers", aBody(more), key);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

test("C4 secrets of a server are stored sealed, and only their names are shown", async () => {
  const transport = { type: "http", url: here.url, headers: { "X-Key": PLANTED } };
  const made = await make({ transport, auth: "bearer", token: PLANTED });
  const program = { type: "stdio", ...oddProgram({ KEY: PLANTED }) };
  const stdio = await make({ transport: program, owner: "deployment" });
  const oauth = await make({ auth: "oauth", oauth: { client_id: "c", client_secret: PLANTED } });
  assert.deepEqual(made.transport, { type: "http", url: here.url, header_names: ["X-Key"] });
  assert.equal(made.has_token, true);
  assert.deepEqual(stdio.transport.env_names, ["KEY"]);
  assert.deepEqual(oauth.oauth, { client_id: "c", has_client_secret: true, scope: null });
  assert.equal(oauth.authorized, false);
  await call("GET /v1/mcp-servers");
  await call(`PATCH /v1/mcp-servers/${made.id}`, { name: "Another" });
  const { rows } = await api.pool.query("select row_to_json(s)::text as text from mcp_servers s");
  const audit = await call("GET /v1/audit-log");
  assert.equal(audit.body.items[0].action, "mcp_server.update");
  for (const text of [...seen, ...logged, ...rows.map((row) => row.text)])
    assert.ok(!text.includes(PLANTED), text);
});

test("C4 a member makes their own servers, sees the deployment's without their addresses, and changes none of those", async () => {
  const deployments = await make({ owner: "deployment" });
  const own = await make({}, member);
  const { body } = await call("GET /v1/mcp-servers", undefined, member);
  const shown = new Map(body.items.map((item: Called["body"]) => [item.id, item.transport.url]));
  assert.equal(shown.get(own.id), here.url);
  assert.equal(shown.get(deployments.id), null);
  for (const [what, sent] of [
    [`PATCH /v1/mcp-servers/${deployments.id}`, { name: "x" }],
    [`DELETE /v1/mcp-servers/${deployments.id}`, undefined],
    ["POST /v1/mcp-servers", aBody({ owner: "deployment" })],
  ] as const) {
    const refused = await call(what, sent, member);
    assert.deepEqual([refused.status, refused.body.code], [403, "forbidden"], what);
  }
  for (const what of ["GET", "DELETE"]) {
    const hidden = await call(`${what} /v1/mcp-servers/${own.id}`);
    assert.deepEqual([hidden.status, hidden.body.code], [404, "mcp_server_not_found"], what);
  }
  assert.equal((await call(`DELETE /v1/mcp-servers/${own.id}`, undefined, member)).status, 204);
});

test("C4 a slug is taken once for each owner", async () => {
  const made = await make();
  const twin = await call("POST /v1/mcp-servers", aBody({ slug: made.slug }));
  assert.deepEqual([twin.status, twin.body.code], [409, "name_taken"]);
  await make({ slug: made.slug, owner: "deployment" });
  const renamed = await call(`PATCH /v1/mcp-servers/${(await make()).id}`, { slug: made.slug });
  assert.equal(renamed.body.code, "name_taken");
});

test("C4 the deployment's servers are listed page by page", async () => {
  const ids = new Set<string>();
  let after = "";
  for (;;) {
    const { body } = await call(`GET /v1/mcp-servers?limit=2${after}`);
    for (const { id } of body.items) ids.add(id);
    if (body.next_cursor === null) break;
    after = `&after=${body.next_cursor}`;
  }
  const { body } = await call("GET /v1/mcp-servers?limit=200");
  assert.equal(ids.size, body.items.length);
});

const REFUSED: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["a private address", { transport: { type: "http", url: "http://127.0.0.1:1/mcp" } }, "transport.url"],
  ["a metadata address", { transport: { type: "http", url: "http://169.254.169.254/mcp" } }, "transport.url"],
  ["another protocol", { transport: { type: "http", url: "file:///etc/passwd" } }, "transport.url"],
  ["a password", { transport: { type: "http", url: "https://me:secret@mcp.example.com/" } }, "transport.url"],
  ["a user's program that signs in", { transport: { type: "stdio", command: "ls" }, auth: "oauth" }, "auth"],
  [
    "a program of the deployment",
    { transport: { type: "stdio", command: "ls" }, owner: "deployment" },
    "transport.type",
  ],
  ["no token", { auth: "bearer" }, "token"],
  ["a token for nothing", { token: "t" }, "token"],
  ["a client for nothing", { oauth: { client_id: "c" } }, "oauth"],
];
for (const [what, more, path] of REFUSED) {
  test(`A4 C4 a server with ${what} is refused, with the place of the fault`, async () => {
    const body = {
      slug: "bad",
      name: "Bad",
      transport: { type: "http", url: "https://mcp.example.com/mcp" },
      ...more,
    };
    const { status, body: problem } = await guarded.call("POST /v1/mcp-servers", { key: guarded.key, body });
    assert.deepEqual([status, problem.code], [400, "mcp_server_refused"]);
    assert.equal(problem.errors[0].path, path);
  });
}

test("C4 a user's program is kept with its variables sealed; it is not tested outside a workspace, and a chat without one says so", async () => {
  const transport = { type: "stdio", command: "node", args: ["server.mjs"], env: { TOKEN: "a-secret" } };
  const body = { slug: "inside", name: "Mine", transport };
  const made = await guarded.call("POST /v1/mcp-servers", { key: guarded.key, body });
  assert.deepEqual([made.status, made.body.owner], [201, "me"]);
  assert.deepEqual(made.body.transport.env_names, ["TOKEN"]);
  assert.doesNotMatch(JSON.stringify(made.body), /a-secret/);
  const { id } = made.body;
  const tested = await guarded.call(`POST /v1/mcp-servers/${id}/test`, { key: guarded.key });
  assert.equal(tested.body.ok, false);
  assert.match(tested.body.message, /runs inside a workspace/);
  const chat = await guarded.call("POST /v1/chats", { key: guarded.key, body: { mcp_server_ids: [id] } });
  const list = (key: string) => guarded.call(`GET /v1/chats/${chat.body.id}/mcp-servers`, { key });
  const [listed] = (await list(guarded.key)).body.items;
  assert.deepEqual([listed.id, listed.runs_in, listed.usable], [id, "workspace", false]);
  assert.match(listed.reason, /this chat has none/);
  await guarded.call(`PATCH /v1/mcp-servers/${id}`, { key: guarded.key, body: { enabled: false } });
  assert.match((await list(guarded.key)).body.items[0].reason, /disabled/);
  assert.equal((await list((await guarded.newKey()).key)).status, 404);
});

for (const [what, more] of [
  ["a slug of two parts", { slug: "a__b" }],
  ["a slug that is too long", { slug: "s".repeat(33) }],
  [
    "a header with a line end",
    { transport: { type: "http", url: "https://a.example/", headers: { a: "b\nc: d" } } },
  ],
  [
    "a header of ours",
    { transport: { type: "http", url: "https://a.example/", headers: { "Mcp-Session-Id": "1" } } },
  ],
  ["a transport that is none", { transport: { type: "sse", url: "https://a.example/" } }],
] as const) {
  test(`C4 a server with ${what} is a bad request`, async () => {
    const { status, body } = await call("POST /v1/mcp-servers", aBody(more));
    assert.deepEqual([status, body.code], [400, "invalid_request"]);
  });
}

test("C4 with another address, secrets have to be given anew", async () => {
  const { id } = await make({ auth: "bearer", token: PLANTED });
  const transport = { type: "http", url: `${here.url}?elsewhere` };
  const refused = await call(`PATCH /v1/mcp-servers/${id}`, { transport });
  assert.deepEqual([refused.body.code, refused.body.errors[0].path], ["mcp_server_refused", "token"]);
  assert.equal((await call(`PATCH /v1/mcp-servers/${id}`, { transport, token: "other" })).status, 200);
});

test("C4 a test shows the tools as models see them, over both transports, or says in words what is wrong", async () => {
  const http = await make({ transport: { type: "http", url: here.url } });
  const tested = await call(`POST /v1/mcp-servers/${http.id}/test`);
  assert.equal(tested.body.ok, true, tested.body.message);
  assert.deepEqual(
    tested.body.tools.map((tool: Called["body"]) => tool.tool_name),
    [`${http.slug}__add`, `${http.slug}__large`],
  );
  const program = await make({ owner: "deployment", transport: { type: "stdio", ...everythingProgram } });
  assert.equal((await call(`POST /v1/mcp-servers/${program.id}/test`)).body.ok, true);
  const nowhere = await make({
    transport: { type: "http", url: `http://127.0.0.1:${await freePort()}/mcp` },
  });
  const failed = await call(`POST /v1/mcp-servers/${nowhere.id}/test`);
  assert.equal(failed.body.ok, false);
  assert.match(failed.body.message, /cannot be used: .*ECONNREFUSED/);
});

test("C4 a user has three tests under way at most, which keeps nobody else from testing", async () => {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const slow = await startHttpServer(async () => {
    asked++;
    await gate.promise;
    return false;
  });
  const server = await make({ owner: "deployment", transport: { type: "http", url: slow.url } });
  const tests = [1, 2, 3].map(() => call(`POST /v1/mcp-servers/${server.id}/test`));
  await soon("all three wait for the server", () => asked === 3);
  const fourth = await call(`POST /v1/mcp-servers/${server.id}/test`);
  assert.deepEqual([fourth.status, fourth.body.ok], [200, false]);
  assert.match(fourth.body.message, /too many tests are under way/);
  const others = call(`POST /v1/mcp-servers/${server.id}/test`, undefined, member);
  gate.resolve();
  for (const { body } of await Promise.all([...tests, others])) assert.equal(body.ok, true, body.message);
  assert.equal((await call(`POST /v1/mcp-servers/${server.id}/test`)).body.ok, true);
  await slow.stop();
});

test("C4 a chat has MCP servers from the start or by a change while it rests, and only those its owner may use", async () => {
  const mine = await make();
  const theirs = await make({}, member);
  const off = await make({ enabled: false });
  const chat = await call("POST /v1/chats", { content: "hello", mcp_server_ids: [mine.id] });
  assert.deepEqual(chat.body.mcp_server_ids, [mine.id]);
  for (const id of [theirs.id, off.id, randomUUID()]) {
    const refused = await call("POST /v1/chats", { content: "hello", mcp_server_ids: [mine.id, id] });
    assert.equal(refused.body.code, "mcp_server_refused");
    assert.equal(refused.body.errors[0].path, "mcp_server_ids[1]");
  }
  const twice = await call("POST /v1/chats", { content: "hello", mcp_server_ids: [mine.id, mine.id] });
  assert.equal(twice.body.code, "invalid_request");
  const busy = await call(`PATCH /v1/chats/${chat.body.id}`, { mcp_server_ids: [] });
  assert.deepEqual([busy.status, busy.body.code], [409, "chat_busy"]);
  await api.pool.query("update chats set status = 'waiting' where id = $1", [chat.body.id]);
  const changed = await call(`PATCH /v1/chats/${chat.body.id}`, { mcp_server_ids: [] });
  assert.deepEqual(changed.body.mcp_server_ids, []);
});
