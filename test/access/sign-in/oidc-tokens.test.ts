// Bearer tokens of an issuer, against a real one on this machine.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { type CryptoKey, exportSPKI, SignJWT } from "jose";
import { createUser } from "../../../store/access/users.ts";
import { type Called, startTestApi, type TestApi } from "../../support/api.ts";
import {
  AUDIENCE,
  type LocalIssuer,
  newIssuerKey,
  startLocalIssuer,
  type TokenChanges,
} from "./issuer/local-issuer.ts";
import { changeUser } from "./keep-out.ts";

const SKEW_S = 30;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let issuer: LocalIssuer;
let api: TestApi;
const lines: string[] = [];
/** The API's clock of tokens. */
let nowMs = Date.now();

before(async () => {
  issuer = await startLocalIssuer();
  const groups = { EVERTURN_OIDC_ADMIN_GROUPS: "chiefs", EVERTURN_OIDC_MEMBER_GROUPS: "staff" };
  api = await startTestApi({
    signIn: issuer.config(groups),
    now: () => nowMs,
    onLog: (line) => lines.push(line),
  });
});

after(async () => {
  await api.stop();
  await issuer.stop();
});

beforeEach(() => {
  // Each test meets an API that may ask the issuer again.
  nowMs += HOUR_MS;
  issuer.intercept = null;
  issuer.account = { sub: `ada-${randomUUID()}`, name: "Ada", groups: ["staff"] };
});

async function me(token: string, at = api): Promise<Called> {
  return at.call("GET /v1/me", { key: token });
}

async function statusOf(changes: TokenChanges = {}): Promise<string> {
  const { status, body } = await me(await issuer.token(nowMs, changes));
  return status === 200 ? "200" : `${status} ${body.code}`;
}

test("A1 a token of the issuer makes its user at first sight: one, however many requests come at once", async () => {
  const token = await issuer.token(nowMs);
  const answers = await Promise.all(Array.from({ length: 8 }, () => me(token)));
  const ids = new Set(answers.map(({ status, body }) => `${status} ${body.id} ${body.name} ${body.role}`));
  assert.deepEqual([...ids], [`200 ${answers[0]?.body.id} Ada member`]);
  const { rows } = await api.pool.query("select user_id, issuer from oidc_identities where subject = $1", [
    issuer.account.sub,
  ]);
  assert.deepEqual(rows, [{ user_id: answers[0]?.body.id, issuer: issuer.url }]);
  const made = await api.pool.query("select action, actor_kind, detail from audit_log where target_id = $1", [
    answers[0]?.body.id,
  ]);
  assert.deepEqual(made.rows, [
    { action: "user.create", actor_kind: "oidc", detail: { role: "member", issuer: issuer.url } },
  ]);
});

test("A1 with a token somebody works as with a key: chats of their own, and nobody else's", async () => {
  const token = await issuer.token(nowMs);
  const { body: chat } = await api.call("POST /v1/chats", { key: token, body: { content: "hello" } });
  assert.equal((await api.call(`GET /v1/chats/${chat.id}`, { key: token })).status, 200);
  assert.equal((await api.call(`GET /v1/chats/${chat.id}`)).status, 404);
});

test("A1 groups give roles; what an older token says does not take back what a newer one has said", async () => {
  const older = await issuer.token(nowMs - MINUTE_MS);
  assert.equal((await me(older)).body.role, "member");
  const newer = await issuer.token(nowMs, { claims: { groups: ["chiefs"] } });
  assert.equal((await me(newer)).body.role, "admin");
  // Past what is remembered of the older token.
  nowMs += MINUTE_MS;
  assert.equal((await me(older)).body.role, "admin");
  const newest = await issuer.token(nowMs, { claims: { groups: ["staff"] } });
  assert.equal((await me(newest)).body.role, "member");
});

test("A9 the last admin stays one, whatever the issuer's groups say", async () => {
  const chief = await me(await issuer.token(nowMs - MINUTE_MS, { claims: { groups: ["chiefs"] } }));
  assert.equal(chief.body.role, "admin");
  const others = "id <> $1 and role = 'admin' and deleted_at is null";
  await api.pool.query(`update users set suspended_at = now() where ${others}`, [chief.body.id]);
  assert.equal((await me(await issuer.token(nowMs))).body.role, "admin");
  await api.pool.query(`update users set suspended_at = null where ${others}`, [chief.body.id]);
  nowMs += MINUTE_MS;
  assert.equal((await me(await issuer.token(nowMs))).body.role, "member");
});

test("A9 a token does not make the last admin a member, also when an admin demotes the other one at that moment", async () => {
  const token = await issuer.token(nowMs, { claims: { groups: ["chiefs"] } });
  const { id } = (await me(token)).body;
  const demoting = async () => {
    nowMs += MINUTE_MS;
    return (await me(await issuer.token(nowMs, { claims: { groups: ["staff"] } }))).body.role;
  };
  const admins = async () => {
    const { rows } = await api.pool.query<{ id: string }>(
      "select id from users where role = 'admin' and suspended_at is null and deleted_at is null",
    );
    return rows.map((row) => row.id);
  };
  await api.pool.query("update users set role = 'member' where id not in ($1, $2)", [api.ownerId, id]);
  await Promise.all([demoting(), api.call(`PATCH /v1/users/${api.ownerId}`, { body: { role: "member" } })]);
  assert.equal((await admins()).length, 1);
  await api.pool.query("update users set role = case when id = $1 then 'admin' else 'member' end", [id]);
  assert.equal(await demoting(), "admin");
  assert.deepEqual(await admins(), [id]);
  assert.ok(lines.some((line) => line.includes("the last admin") && line.includes(id)));
  await api.pool.query("update users set role = 'admin' where id = $1", [api.ownerId]);
  api.deps.accessChanged();
  assert.equal(await demoting(), "member", "there is another one");
});

test("A1 who is in none of the groups stays out, and no user is made for them", async () => {
  for (const groups of [[], ["others"], "others", 7, undefined]) {
    const { status, body } = await me(await issuer.token(nowMs, { claims: { groups } }));
    assert.equal(`${status} ${body.code}`, "403 forbidden", JSON.stringify(groups));
  }
  const { rowCount } = await api.pool.query("select from oidc_identities where subject = $1", [
    issuer.account.sub,
  ]);
  assert.equal(rowCount, 0);
});

test("A9 suspended and deleted users stay out with good tokens, at once, and do not come back as somebody new", async () => {
  const token = await issuer.token(nowMs);
  const { id } = (await me(token)).body;
  await changeUser(api, id, "suspended_at = now()");
  assert.equal((await me(token)).status, 401);
  await changeUser(api, id, "suspended_at = null");
  assert.equal((await me(token)).body.id, id);
  await changeUser(api, id, "deleted_at = now()");
  for (const one of [token, await issuer.token(nowMs + 1_000)]) assert.equal((await me(one)).status, 401);
});

test("A1 a user whom an admin has made before is found by the address that the issuer has verified, and only then", async () => {
  const email = `ada-${randomUUID()}@example.com`;
  const invited = await createUser(api.pool, { name: "Ada", role: "member", email });
  const stranger = { sub: `stranger-${randomUUID()}`, email, email_verified: false };
  assert.notEqual((await me(await issuer.token(nowMs, { claims: stranger }))).body.id, invited.id);
  const claims = { email: email.toUpperCase(), email_verified: true };
  assert.equal((await me(await issuer.token(nowMs, { claims }))).body.id, invited.id);
  // The address belongs to that identity now.
  const second = { ...claims, sub: `second-${randomUUID()}` };
  assert.notEqual((await me(await issuer.token(nowMs, { claims: second }))).body.id, invited.id);
  const { rows } = await api.pool.query(
    "select actor_kind, detail from audit_log where target_id = $1 and action = 'user.link'",
    [invited.id],
  );
  const detail = { subject: issuer.account.sub, email: claims.email, issuer: issuer.url };
  assert.deepEqual(rows, [{ actor_kind: "oidc", detail }]);
});

test("A1 nobody becomes an admin by an address, nor somebody else by one that is almost theirs", async () => {
  const email = `boss-${randomUUID()}@example.com`;
  const admin = await createUser(api.pool, { name: "Boss", role: "admin", email });
  const member = await createUser(api.pool, { name: "Ada", role: "member", email: `a${email}` });
  for (const claimed of [email, `a\u200b${email}`, ` a${email}`]) {
    const claims = { sub: `eve-${randomUUID()}`, email: claimed, email_verified: true };
    const { status, body } = await me(await issuer.token(nowMs, { claims }));
    assert.deepEqual([status, body.role], [200, "member"]);
    assert.ok(![admin.id, member.id].includes(body.id), claimed);
  }
});

test("A1 tokens for others, of others, without an end or without a subject are refused", async () => {
  assert.equal(await statusOf(), "200");
  for (const changes of [
    { claims: { aud: "another-api" } },
    { claims: { aud: ["another-api", "a-third"] } },
    { without: ["aud"] },
    { claims: { iss: "https://issuer.example.com" } },
    { claims: { iss: `${issuer.url}/` } },
    { without: ["iss"] },
    { without: ["exp"] },
    { without: ["sub"] },
    { claims: { sub: "" } },
    { claims: { sub: "a\u0000b" } },
    { key: await newIssuerKey("another") },
  ] satisfies TokenChanges[]) {
    assert.equal(await statusOf(changes), "401 unauthenticated", JSON.stringify(changes));
  }
  assert.equal(await statusOf({ claims: { aud: ["another-api", AUDIENCE] } }), "200");
});

test("A1 tokens are good from their beginning to their end, and clocks may differ by the tolerance and no more", async () => {
  const nowS = Math.floor(nowMs / 1_000);
  for (const [claims, wanted] of [
    [{ exp: nowS - SKEW_S + 5 }, "200"],
    [{ exp: nowS - SKEW_S - 5 }, "401 unauthenticated"],
    [{ nbf: nowS + SKEW_S - 5 }, "200"],
    [{ nbf: nowS + SKEW_S + 5 }, "401 unauthenticated"],
    [{ iat: nowS + SKEW_S - 5 }, "200"],
    [{ iat: nowS + SKEW_S + 5 }, "401 unauthenticated"],
  ] as const) {
    assert.equal(await statusOf({ claims }), wanted, JSON.stringify(claims));
  }
  // What is remembered of a good token ends with it.
  const brief = await issuer.token(nowMs, { claims: { exp: nowS + 2 } });
  assert.equal((await me(brief)).status, 200);
  nowMs += (SKEW_S + 5) * 1_000;
  assert.equal((await me(brief)).status, 401);
});

test("A1 no token is taken with `none`, or with the public key as an HMAC secret, or with what is malformed", async () => {
  const good = await issuer.token(nowMs);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [key] = issuer.keys;
  const pem = new TextEncoder().encode(await exportSPKI(key?.publicKey as CryptoKey));
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const hmac = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "first" }).sign(pem);
  for (const [what, token] of Object.entries({
    none: `${part({ alg: "none" })}.${payload}.`,
    "none with the key's name": `${part({ alg: "none", kid: "first" })}.${payload}.${signature}`,
    "None in another case": `${part({ alg: "nOnE" })}.${payload}.`,
    hmac,
    "an unknown critical header": `${part({ alg: "RS256", kid: "first", crit: ["x"], x: 1 })}.${payload}.${signature}`,
    "another payload": `${header}.${part({ ...claims, sub: "eve" })}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "no payload": `${header}..${signature}`,
    "an algorithm that is not listed": `${part({ alg: "RS384", kid: "first" })}.${payload}.${signature}`,
    "a key inside": `${part({ alg: "RS256", jwk: { kty: "RSA" } })}.${payload}.${signature}`,
  })) {
    const { status, body } = await me(token);
    assert.equal(`${status} ${body.code}`, "401 unauthenticated", what);
    assert.doesNotMatch(JSON.stringify(body), new RegExp(signature.slice(0, 20)), what);
  }
});

test("A1 a new key of the issuer is taken without a restart, and a withdrawn one stops within minutes", async () => {
  const [first] = issuer.keys;
  const old = await issuer.token(nowMs);
  assert.equal((await me(old)).status, 200);
  const second = await newIssuerKey(`second-${randomUUID()}`);
  await issuer.rotate([second]);
  nowMs += MINUTE_MS;
  assert.equal((await me(await issuer.token(nowMs))).status, 200, "asked for as soon as it is seen");
  assert.equal(
    await statusOf({ key: first as { privateKey: CryptoKey }, kid: "first" }),
    "401 unauthenticated",
    "gone with the first look at the new keys",
  );
  // Withdrawn, with nothing new to be seen: the keys are looked at again by themselves.
  const third = await newIssuerKey(`third-${randomUUID()}`);
  await issuer.rotate([third]);
  nowMs += 6 * MINUTE_MS;
  const signed = { key: second, kid: second.kid };
  assert.equal(await statusOf(signed), "401 unauthenticated");
});

test("A1 a storm of tokens with invented keys asks the issuer once in a while, and good tokens go on", async () => {
  const good = await issuer.token(nowMs);
  assert.equal((await me(good)).status, 200);
  nowMs += MINUTE_MS;
  const before = issuer.asked("/jwks");
  const storm = await Promise.all(Array.from({ length: 40 }, (_, i) => statusOf({ kid: `invented-${i}` })));
  assert.deepEqual(new Set(storm), new Set(["401 unauthenticated"]));
  assert.equal(issuer.asked("/jwks") - before, 1);
  assert.equal(await statusOf(), "200");
  assert.equal(await statusOf({ kid: "invented-again" }), "401 unauthenticated");
  assert.equal(issuer.asked("/jwks") - before, 1);
  nowMs += MINUTE_MS;
  await statusOf({ kid: "invented-later" });
  assert.equal(issuer.asked("/jwks") - before, 2);
});

test("A1 while the issuer is down, known keys go on; tokens with unknown ones are answered 503, for nobody knows", async () => {
  assert.equal(await statusOf(), "200");
  issuer.intercept = (_request, response) => Boolean(response.destroy());
  nowMs += 2 * HOUR_MS;
  assert.equal(await statusOf(), "200", "long after the keys should have been looked at again");
  const unknown = await me(await issuer.token(nowMs, { kid: "perhaps-new" }));
  assert.equal(`${unknown.status} ${unknown.body.code}`, "503 unavailable");
  assert.ok(Number(unknown.headers.get("retry-after")) > 1);
  nowMs += 25 * HOUR_MS;
  assert.equal(await statusOf(), "503 unavailable", "keys of yesterday are used no more");
  issuer.intercept = null;
  nowMs += MINUTE_MS;
  assert.equal(await statusOf(), "200");
});

test("A1 an issuer that never answered is no reason to refuse API keys, and redirects and endless answers are not followed", async () => {
  const elsewhere = await startLocalIssuer();
  const fresh = await startTestApi({
    signIn: issuer.config(),
    databaseUrl: api.databaseUrl,
    now: () => nowMs,
  });
  try {
    for (const intercept of [
      (_request, response) =>
        Boolean(
          response.writeHead(302, { location: `${elsewhere.url}/.well-known/openid-configuration` }).end(),
        ),
      (_request, response) =>
        Boolean(
          response.writeHead(200, { "content-type": "application/json" }).end(`"${"x".repeat(600_000)}"`),
        ),
      (_request, response) =>
        Boolean(response.writeHead(200, { "content-type": "application/json" }).end("{}")),
      (_request, response) => Boolean(response.writeHead(500).end()),
      // Keys over plain HTTP, from an address that is not known to be this machine.
      (request, response) => {
        if (request.url !== "/.well-known/openid-configuration") return false;
        const jwks_uri = `http://0.0.0.0:${new URL(issuer.url).port}/jwks`;
        const metadata = { issuer: issuer.url, jwks_uri, token_endpoint: `${issuer.url}/token` };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
        return true;
      },
    ] satisfies LocalIssuer["intercept"][]) {
      issuer.intercept = intercept;
      nowMs += MINUTE_MS;
      const answer = await me(await issuer.token(nowMs), fresh);
      assert.equal(`${answer.status} ${answer.body.code}`, "503 unavailable");
      assert.equal((await fresh.call("GET /v1/me")).status, 200);
    }
    assert.equal(elsewhere.asked("/.well-known/openid-configuration"), 0);
    issuer.intercept = null;
    nowMs += HOUR_MS;
    assert.equal((await me(await issuer.token(nowMs), fresh)).status, 200);
  } finally {
    await fresh.stop();
    await elsewhere.stop();
  }
});

test("A1 without an issuer a signed token is just an unknown key", async () => {
  const plain = await startTestApi();
  try {
    assert.equal((await me(await issuer.token(nowMs), plain)).status, 401);
  } finally {
    await plain.stop();
  }
});
