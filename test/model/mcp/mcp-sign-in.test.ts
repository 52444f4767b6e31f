// Tests: sign-ins at MCP servers that want OAuth 2.1: there and back, refreshes, and answers that belong to nobody's sign-in.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { readAuthorization } from "../../../mcp/oauth/authorization.ts";
import { openApiMcp } from "../../../mcp/open-mcp.ts";
import { openMcpServer } from "../../../mcp/server.ts";
import { createSecretBox } from "../../../platform/secrets/secret-box.ts";
import {
  keepMcpAuthorization,
  readMcpAuthorization,
  renewMcpAuthorization,
} from "../../../store/access/mcp-authorizations.ts";
import { readMcpServer } from "../../../store/access/mcp-servers.ts";
import { boundToSealedMcp, listStaleMcp, resealMcp } from "../../../store/access/reseal-mcp.ts";
import { type Called, startTestApi, type TestApi, testModels } from "../../support/api.ts";
import { type OAuthServer, startOAuthServer } from "./servers/oauth-server.ts";

let api: TestApi;
let server: OAuthServer;
let made: Called["body"];
before(async () => {
  server = await startOAuthServer();
  api = await startTestApi();
});
after(async () => {
  await Promise.all([api.stop(), server.stop()]);
});

let slugs = 0;
beforeEach(async () => {
  const transport = { type: "http", url: server.url };
  const body = { slug: `o${++slugs}`, name: "<Wiki>", transport, auth: "oauth", owner: "deployment" };
  made = (await api.call("POST /v1/mcp-servers", { body })).body;
  server.calls.length = 0;
  server.breakTokens(null);
});

async function connect(key = api.key): Promise<string> {
  const { status, body } = await api.call(`POST /v1/mcp-servers/${made.id}/connect`, { key });
  assert.equal(status, 200, JSON.stringify(body));
  return body.authorization_url;
}

/** What a browser does, up to our own address. */
async function wayBack(authorizationUrl: string): Promise<string> {
  const { headers } = await fetch(authorizationUrl, { redirect: "manual" });
  return headers.get("location") ?? "";
}

async function signIn(key = api.key): Promise<void> {
  const answer = await fetch(await wayBack(await connect(key)));
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.match(await answer.text(), /&#60;Wiki&#62;/);
}

async function tested(key = api.key): Promise<Called["body"]> {
  return (await api.call(`POST /v1/mcp-servers/${made.id}/test`, { key })).body;
}

test("C4 a sign-in discovers the authorisation server, registers a client, and its tokens are kept sealed", async () => {
  assert.equal((await tested()).needs_sign_in, true);
  await signIn();
  assert.deepEqual(server.calls, ["register", "authorize", "code"]);
  const works = await tested();
  assert.equal(works.ok, true, works.message);
  const shown = await api.call(`GET /v1/mcp-servers/${made.id}`);
  assert.equal(shown.body.authorized, true);
  const { rows } = await api.pool.query("select row_to_json(a)::text as text from mcp_authorizations a");
  assert.ok(rows.every(({ text }) => !text.includes("access_token")));
});

test("C4 each user signs in for themselves", async () => {
  await signIn();
  const { key } = await api.newKey("member");
  assert.equal((await tested(key)).needs_sign_in, true);
  assert.equal((await api.call(`GET /v1/mcp-servers/${made.id}`, { key })).body.authorized, false);
  await signIn(key);
  assert.equal((await tested(key)).ok, true);
});

test("C4 an expired token is refreshed once, however many processes need it at the same time", async () => {
  await signIn();
  server.expireTokens();
  const results = await Promise.all([tested(), tested(), tested()]);
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, true, true],
    JSON.stringify(results),
  );
  assert.deepEqual(server.calls, ["register", "authorize", "code", "refresh"]);
});

test("C4 when a refresh is refused, the sign-in has ended, and words ask for another one", async () => {
  await signIn();
  server.revokeAll();
  const failed = await tested();
  assert.equal(failed.needs_sign_in, true);
  assert.match(failed.message, new RegExp(`POST /v1/mcp-servers/${made.id}/connect`));
  assert.equal((await api.call(`GET /v1/mcp-servers/${made.id}`)).body.authorized, false);
  await signIn();
  assert.equal((await tested()).ok, true);
});

test("C4 an authorisation server that is away for a while ends no sign-in", async () => {
  await signIn();
  server.expireTokens();
  for (const status of [500, 429, 404]) {
    server.breakTokens({ status, body: "<h1>Back soon</h1>" });
    const failed = await tested();
    assert.deepEqual([failed.ok, failed.needs_sign_in], [false, false], failed.message);
  }
  server.breakTokens(null);
  const works = await tested();
  assert.equal(works.ok, true, works.message);
  assert.equal(server.calls.at(-1), "refresh");
});

test("C4 after the secret key has changed, secrets and sign-ins are sealed anew, and the new key alone opens them", async () => {
  await signIn();
  const other = {
    slug: "sealed",
    name: "Sealed",
    transport: { type: "http", url: server.url },
    auth: "bearer",
  };
  const { id } = (await api.call("POST /v1/mcp-servers", { body: { ...other, token: "planted" } })).body;
  const secretKey = new Uint8Array(32).fill(9);
  const both = createSecretBox({ secretKey, secretKeyPrevious: new Uint8Array(32).fill(7) });
  const stale = (await listStaleMcp(api.pool, both.keyId)).filter((row) =>
    [id, made.id].includes(row.server_id),
  );
  assert.equal(stale.length, 2);
  for (const row of stale) {
    const boundTo = boundToSealedMcp(row);
    const sealed = both.seal(both.open(row.sealed, row.key_id, boundTo), boundTo);
    assert.equal(await resealMcp(api.pool, row, { sealed, key_id: both.keyId }), true);
    assert.equal(await resealMcp(api.pool, row, { sealed, key_id: both.keyId }), false);
  }
  const alone = createSecretBox({ secretKey });
  const user = { server_id: made.id, user_id: api.ownerId };
  const kept = await readAuthorization({ db: api.pool, secrets: alone }, user);
  assert.ok(kept?.tokens?.access_token !== undefined);
  const { auth } = openMcpServer(await readMcpServer(api.pool, id, api.ownerId), alone);
  assert.deepEqual(auth, { type: "bearer", token: "planted" });
});

test("A9 with a deleted user, the user's servers and sign-ins go", async () => {
  const { key, userId } = await api.newKey("member");
  await signIn(key);
  const transport = { type: "http", url: server.url };
  await api.call("POST /v1/mcp-servers", { key, body: { slug: "left", name: "Left", transport } });
  const deleted = await api.call(`DELETE /v1/users/${userId}?chats=delete`);
  assert.ok(deleted.status < 300, JSON.stringify(deleted.body));
  const { rows } = await api.pool.query(
    `select id from mcp_servers where owner_id = $1 union all
     select server_id from mcp_authorizations where user_id = $1`,
    [userId],
  );
  assert.equal(rows.length, 0);
});

async function refusedAt(address: string): Promise<void> {
  const answer = await fetch(address);
  const problem = (await answer.json()) as { code: string };
  assert.deepEqual([answer.status, problem.code], [400, "mcp_sign_in_failed"]);
}

test("C4 an answer with another state, a used one, or none signs nobody in", async () => {
  const back = new URL(await wayBack(await connect()));
  const other = new URL(back);
  other.searchParams.set("state", "A".repeat(43));
  await refusedAt(other.href);
  other.searchParams.delete("state");
  await refusedAt(other.href);
  assert.equal((await fetch(back)).status, 200);
  await refusedAt(back.href);
  assert.deepEqual(server.calls, ["register", "authorize", "code"]);
});

test("C4 an answer of another issuer is not taken, and neither are one without a code nor one that is late", async () => {
  const mixed = new URL(await wayBack(await connect()));
  mixed.searchParams.set("iss", "https://evil.example.com");
  await refusedAt(mixed.href);
  const empty = new URL(await wayBack(await connect()));
  empty.searchParams.delete("code");
  empty.searchParams.set("error", "access_denied");
  await refusedAt(empty.href);
  const late = await wayBack(await connect());
  await api.pool.query("update mcp_sign_ins set expires_at = now() - interval '1 second'");
  await refusedAt(late);
  assert.ok(!server.calls.includes("code"));
});

test("C4 a sign-in that another one has overtaken is over", async () => {
  const first = await wayBack(await connect());
  await signIn();
  await refusedAt(first);
});

test("C4 with another address of the server, sign-ins there end", async () => {
  await signIn();
  const transport = { type: "http", url: `${server.url}?moved` };
  await api.call(`PATCH /v1/mcp-servers/${made.id}`, { body: { transport } });
  assert.equal((await api.call(`GET /v1/mcp-servers/${made.id}`)).body.authorized, false);
});

test("C4 a sign-in that was begun at another address, or at a server that is gone since, signs nobody in", async () => {
  const moved = await wayBack(await connect());
  const transport = { type: "http", url: `${server.url}?moved` };
  await api.call(`PATCH /v1/mcp-servers/${made.id}`, { body: { transport } });
  await refusedAt(moved);
  assert.equal((await api.call(`GET /v1/mcp-servers/${made.id}`)).body.authorized, false);
  const gone = await wayBack(await connect());
  await api.call(`DELETE /v1/mcp-servers/${made.id}`);
  await refusedAt(gone);
  assert.ok(!server.calls.includes("code"));
});

test("C4 tokens that come while the server gets another address are not kept for it", async () => {
  const user = { server_id: made.id, user_id: api.ownerId };
  await signIn();
  const row = await readMcpAuthorization(api.pool, user);
  assert.ok(row !== null);
  const place = { url: server.url, client_id: null };
  assert.equal(await renewMcpAuthorization(api.pool, row, place), true);
  const transport = { type: "http", url: `${server.url}?moved` };
  await api.call(`PATCH /v1/mcp-servers/${made.id}`, { body: { transport } });
  assert.equal(await keepMcpAuthorization(api.pool, row, place), false);
  // The user has signed in at the new address, when the refresh of before comes to its end.
  await signIn();
  assert.equal(await renewMcpAuthorization(api.pool, row, place), false);
  assert.notEqual((await readMcpAuthorization(api.pool, user))?.sealed, row.sealed);
});

test("C4 a server without OAuth has nothing to sign in with", async () => {
  await api.call(`PATCH /v1/mcp-servers/${made.id}`, { body: { auth: "none" } });
  const { status, body } = await api.call(`POST /v1/mcp-servers/${made.id}/connect`);
  assert.deepEqual([status, body.code], [400, "mcp_sign_in_failed"]);
});

test("A4 an authorisation server at a forbidden address is not called", async () => {
  const mcp = openApiMcp({
    db: api.pool,
    secrets: testModels.secrets as never,
    addressRules: { allowPrivate: false, setting: "EVERTURN_ALLOW_PRIVATE_MCP" },
    allowStdio: false,
    logger: { warn: () => undefined },
  });
  const user = { server_id: made.id, user_id: api.ownerId };
  await assert.rejects(mcp.beginSignIn(user, "http://127.0.0.1/back"), { code: "mcp_sign_in_failed" });
  assert.deepEqual(server.calls, []);
});
