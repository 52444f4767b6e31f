// Sessions of browsers that sign in with an API key: their cookie, their ends, and which pages may use them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createSessionLookup } from "../../../api/sign-in/session-lookup.ts";
import { openAccess } from "../../../api/start/open-access.ts";
import { sha256Hex } from "../../../platform/secrets/crypto.ts";
import { createApiKey, revokeApiKey } from "../../../store/access/api-keys.ts";
import { purgeSessions } from "../../../store/access/sessions.ts";
import { randomKey, startTestApi, type TestApi } from "../../support/api.ts";
import { soon } from "../../support/soon.ts";
import { Browser, type Page } from "./issuer/browser.ts";
import { changeUser } from "./keep-out.ts";

const OWN = { "X-Everturn-CSRF": "1" };
const LISTED = "https://app.example.com";

let api: TestApi;

before(async () => {
  api = await startTestApi({ signIn: { corsOrigins: [LISTED] } });
});

after(() => api.stop());

async function signedIn(key = api.key, at = api): Promise<Browser> {
  const browser = new Browser();
  const { status } = await browser.send("POST", `${at.url}/session`, { json: { api_key: key } });
  assert.equal(status, 201);
  return browser;
}

async function statusOf(browser: Browser, at = api): Promise<number> {
  return (await browser.get(`${at.url}/v1/me`)).status;
}

function codeOf({ status, text }: Page): string {
  return `${status} ${JSON.parse(text).code}`;
}

test("A7 a session that ends at one replica ends at the others as soon as Postgres tells them", async () => {
  const { deps, pool } = api;

  const sessions = createSessionLookup({
    pool,
    logger: deps.logger,
    idleS: deps.signIn.sessionIdleS,
    wrongKeysPerMinuteMax: 10,
  });
  const told: (() => void)[] = [];
  const nextChange = () => new Promise<void>((resolve) => void told.push(resolve));
  const listening = nextChange();
  const gate = { recheck: () => Promise.resolve(told.shift()?.()) };
  const more = { pool, gate, signIn: sessions, logger: deps.logger };
  const replica = openAccess({ databaseUrl: api.databaseUrl, rateLimits: deps.rateLimits }, more);
  try {
    await listening;
    const browser = await signedIn();
    const { value = "" } = browser.cookie(api.url, "everturn_session") ?? {};
    assert.equal((await sessions.find(value, "there"))?.by.type, "session");
    const change = nextChange();
    await browser.send("DELETE", `${api.url}/session`, { headers: OWN });
    await change;
    assert.equal(await sessions.find(value, "there"), null);
  } finally {
    await replica.close();
  }
});

/** What another replica hears from the database; here nobody listens to it. */
function heard(): void {
  api.deps.accessChanged();
}

test("A7 a key is exchanged for a cookie that no script reads and no other site sends; only its hash is stored", async () => {
  const browser = await signedIn();
  const cookie = browser.cookie(api.url, "everturn_session");
  for (const mark of [/HttpOnly/i, /SameSite=Strict/i, /Path=\/(;|$)/i, /Expires=/i])
    assert.match(cookie?.header ?? "", mark);
  const me = JSON.parse((await browser.get(`${api.url}/v1/me`)).text);
  assert.deepEqual([me.id, me.role, me.api_key], [api.ownerId, "admin", null]);
  const { rows } = await api.pool.query("select * from sessions");
  assert.equal(JSON.stringify(rows).includes(cookie?.value ?? "-"), false);
});

test("A7 behind https the cookie is sent over https alone", async () => {
  const secure = await startTestApi({ signIn: { publicOrigin: "https://chat.example.com" } });
  try {
    const browser = await signedIn(secure.key, secure);
    assert.match(browser.cookie(secure.url, "everturn_session")?.header ?? "", /; Secure/i);
  } finally {
    await secure.stop();
  }
});

test("A7 a wrong key, or a body that is none, begins no session", async () => {
  const wrong = await api.call("POST /session", { key: null, body: { api_key: "evt_wrong" } });
  assert.equal(`${wrong.status} ${wrong.body.code}`, "401 unauthenticated");
  assert.deepEqual(wrong.headers.getSetCookie(), []);
  for (const body of [{}, { api_key: "" }, { api_key: "a", more: 1 }, []])
    assert.equal((await api.call("POST /session", { key: null, body })).status, 400);
  const form = await api.call("POST /session", {
    key: null,
    text: `{"api_key":"${api.key}"}`,
    headers: { "Content-Type": "text/plain" },
  });
  assert.equal(form.status, 415, "what a form of another site can send");
});

test("A7 a session reaches as far as its key, and ends with it: revoked, expired or deleted", async () => {
  const { userId } = await api.newKey();
  for (const end of [
    (id: string) => revokeApiKey(api.pool, id),
    (id: string) =>
      api.pool.query("update api_keys set expires_at = now() - interval '1 s' where id = $1", [id]),
    (id: string) => api.pool.query("delete from api_keys where id = $1", [id]),
  ]) {
    const key = randomKey();
    const id = await createApiKey(api.pool, { user_id: userId, name: "read", key, scope: "read" });
    const browser = await signedIn(key);
    assert.equal(await statusOf(browser), 200);
    const write = await browser.send("POST", `${api.url}/v1/chats`, { headers: OWN, json: { content: "x" } });
    assert.equal(codeOf(write), "403 forbidden");
    await end(id);
    heard();
    assert.equal(await statusOf(browser), 401);
  }
});

test("A7 a session ends when nobody uses it, and at its time even if somebody does", async () => {
  for (const change of [
    "last_used_at = now() - interval '25 hours'",
    "expires_at = now() - interval '1 second'",
  ]) {
    const browser = await signedIn();
    assert.equal(await statusOf(browser), 200);
    const { value = "" } = browser.cookie(api.url, "everturn_session") ?? {};
    // Again while it is let in: the note of its use may be written after the answer.
    await soon(`no way in after ${change}`, async () => {
      await api.pool.query(`update sessions set ${change} where sha256 = $1`, [sha256Hex(value)]);
      heard();
      return (await statusOf(browser)) === 401;
    });
  }
  await purgeSessions(api.pool);
  assert.equal((await api.pool.query("select from sessions where expires_at < now()")).rowCount, 0);
});

test("A9 a suspension ends all sessions of the user, for good", async () => {
  const { key, userId } = await api.newKey();
  const browser = await signedIn(key);
  await changeUser(api, userId, "suspended_at = now()");
  assert.equal(await statusOf(browser), 401);
  await changeUser(api, userId, "suspended_at = null");
  assert.equal(await statusOf(browser), 401);
  assert.equal((await api.call("GET /v1/me", { key })).status, 200);
});

test("A7 signing out ends the session, not only the cookie, and its open streams", async () => {
  const browser = await signedIn();
  const { value = "" } = browser.cookie(api.url, "everturn_session") ?? {};
  const stream = await fetch(`${api.url}/v1/chats/watch`, {
    headers: { cookie: `everturn_session=${value}` },
  });
  assert.equal(stream.status, 200);
  const out = await browser.send("DELETE", `${api.url}/session`, { headers: OWN });
  assert.equal(out.status, 204);
  assert.equal(browser.cookie(api.url, "everturn_session"), undefined);
  await stream.text();
  const again = await fetch(`${api.url}/v1/me`, { headers: { cookie: `everturn_session=${value}` } });
  assert.equal(again.status, 401);
  assert.equal((await new Browser().send("DELETE", `${api.url}/session`)).status, 204);
});

test("A7 signing out with an invented cookie makes nobody forget anything, and counts as a try", async () => {
  const world = await startTestApi({
    databaseUrl: api.databaseUrl,
    rateLimits: { wrongKeysPerMinuteMax: 2 },
  });
  try {
    let changes = 0;
    Object.assign(world.deps, { accessChanged: () => void (changes += 1) });
    const out = (cookie: string) =>
      world.call("DELETE /session", { key: null, headers: { ...OWN, cookie: `everturn_session=${cookie}` } });
    const codes: string[] = [];
    for (const cookie of ["a", "b", "c"]) {
      const { status, body } = await out(cookie);
      codes.push(`${status} ${body.code ?? ""}`);
    }
    assert.deepEqual(codes, ["204 ", "204 ", "429 rate_limited"]);
    const again = await world.call("POST /session", {
      key: null,
      body: { api_key: world.key },
      headers: { cookie: "everturn_session=d" },
    });
    assert.equal(again.status, 201);
    assert.equal(changes, 0);
  } finally {
    await world.stop();
  }
});

test("A7 sessions are listed to their user and to admins, and ended by them; to others they do not exist", async () => {
  const { key, userId } = await api.newKey();
  const [here, there] = [await signedIn(key), await signedIn(key)];
  const listed = JSON.parse((await here.get(`${api.url}/v1/sessions`)).text).items;
  assert.deepEqual(
    listed.map((each: { current: boolean; user_id: string }) => [each.current, each.user_id]),
    [
      [false, userId],
      [true, userId],
    ],
  );
  const [other] = listed;
  const stranger = await api.newKey();
  const foreign = await api.call(`DELETE /v1/sessions/${other.id}`, { key: stranger.key });
  assert.equal(`${foreign.status} ${foreign.body.code}`, "404 session_not_found");
  assert.equal((await api.call(`GET /v1/sessions?user_id=${userId}`, { key: stranger.key })).status, 404);
  assert.equal(await statusOf(there), 200);
  const ended = await here.send("DELETE", `${api.url}/v1/sessions/${other.id}`, { headers: OWN });
  assert.equal(ended.status, 204);
  assert.equal(await statusOf(there), 401);
  const { body } = await api.call(`GET /v1/sessions?user_id=${userId}`);
  assert.equal(body.items.length, 1);
  assert.equal((await api.call(`DELETE /v1/sessions/${body.items[0].id}`)).status, 204);
  assert.equal(await statusOf(here), 401);
  const { rows } = await api.pool.query(
    "select action, target_id from audit_log where action = 'session.delete'",
  );
  assert.deepEqual(rows, [{ action: "session.delete", target_id: body.items[0].id }]);
});

test("A7 with a cookie, changes need the header that no form sends, and the origin of a page that may", async () => {
  const browser = await signedIn();
  const post = (headers: Readonly<Record<string, string>>) =>
    browser.send("POST", `${api.url}/v1/chats`, { headers, json: { content: "hello" } });
  assert.equal((await post(OWN)).status, 201);
  assert.equal((await post({ ...OWN, Origin: api.url })).status, 201);
  assert.equal((await post({ ...OWN, Origin: LISTED })).status, 201);
  for (const headers of [
    {},
    { "X-Everturn-CSRF": "0" },
    { Origin: api.url },
    { ...OWN, Origin: "https://evil.example.com" },
    { ...OWN, Origin: "null" },
    { ...OWN, Origin: `${LISTED}.evil.example.com` },
    { ...OWN, Origin: LISTED.replace("https", "http") },
  ]) {
    assert.equal(codeOf(await post(headers)), "403 csrf_missing", JSON.stringify(headers));
  }
  const out = await browser.send("DELETE", `${api.url}/session`);
  assert.equal(codeOf(out), "403 csrf_missing");
  const login = await browser.send("POST", `${api.url}/session`, {
    headers: { Origin: "https://evil.example.com" },
    json: { api_key: api.key },
  });
  assert.equal(codeOf(login), "403 csrf_missing", "nobody is signed in as somebody else by a page");
  assert.equal((await browser.get(`${api.url}/v1/chats`)).status, 200, "reading needs no proof");
  const withKey = await api.call("POST /v1/chats", { body: { content: "x" }, headers: { Origin: LISTED } });
  assert.equal(withKey.status, 201, "a key is a proof of its own");
});

test("A7 of key and cookie the key counts, and a wrong key is not made good by a cookie", async () => {
  const browser = await signedIn();
  const { key } = await api.newKey();
  const as = async (bearer: string) => browser.get(`${api.url}/v1/me`, { Authorization: `Bearer ${bearer}` });
  assert.equal(JSON.parse((await as(key)).text).role, "member");
  assert.equal((await as("evt_wrong")).status, 401);
});

test("A3 invented cookies cost few queries, and lock out no session that was seen before", async () => {
  const strict = await startTestApi({ rateLimits: { wrongKeysPerMinuteMax: 5 } });
  try {
    const browser = await signedIn(strict.key, strict);
    assert.equal(await statusOf(browser, strict), 200);
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        fetch(`${strict.url}/v1/me`, { headers: { cookie: `everturn_session=guess-${i}` } }),
      ),
    );
    assert.deepEqual(
      [401, 429].map((status) => guesses.filter((each) => each.status === status).length),
      [5, 25],
    );
    for (const { status, headers } of guesses)
      if (status === 429) assert.ok(Number(headers.get("retry-after")) > 0);
    assert.equal(await statusOf(browser, strict), 200);
  } finally {
    await strict.stop();
  }
});

test("A3 a browser with an old cookie locks out nobody else behind its address, nor does an outage", async () => {
  const strict = await startTestApi({ rateLimits: { wrongKeysPerMinuteMax: 3 } });
  try {
    const at = `${strict.url}/v1/me`;
    await strict.pool.query("alter table sessions rename to sessions_away");
    await strict.pool.query("alter table api_keys rename to api_keys_away");
    for (let i = 0; i < 4; i++) {
      const old = await fetch(at, { headers: { cookie: `everturn_session=away-${i}` } });
      const withKey = await fetch(at, { headers: { Authorization: `Bearer away-${i}` } });
      assert.deepEqual([old.status, withKey.status], [500, 500]);
    }
    await strict.pool.query("alter table sessions_away rename to sessions");
    await strict.pool.query("alter table api_keys_away rename to api_keys");
    for (let i = 0; i < 20; i++)
      assert.equal((await fetch(at, { headers: { cookie: "everturn_session=old" } })).status, 401);
    assert.equal(await statusOf(await signedIn(strict.key, strict), strict), 200);
  } finally {
    await strict.stop();
  }
});

test("A7 a second cookie, as a page of a sibling domain could set it, makes nobody somebody else", async () => {
  const tokenOf = (browser: Browser) => browser.cookie(api.url, "everturn_session")?.value ?? "";
  const [mine, theirs] = [tokenOf(await signedIn()), tokenOf(await signedIn((await api.newKey()).key))];
  const me = (...tokens: string[]) =>
    fetch(`${api.url}/v1/me`, {
      headers: { cookie: tokens.map((token) => `everturn_session=${token}`).join("; ") },
    });
  for (const tokens of [
    [mine, theirs],
    [theirs, mine],
    [mine, ""],
  ]) {
    const refused = await me(...tokens);
    assert.equal(refused.status, 401);
    assert.match(((await refused.json()) as { detail: string }).detail, /several sessions/);
  }
  assert.equal((await me(mine, mine)).status, 200, "the same one twice is one");
  const headers = { ...OWN, cookie: `everturn_session=${mine}; everturn_session=${theirs}` };
  assert.equal((await api.call("DELETE /session", { key: null, headers })).status, 204);
  assert.deepEqual([(await me(mine)).status, (await me(theirs)).status], [401, 401]);
});

test("A7 CORS is off unless origins are listed", async () => {
  const plain = await startTestApi();
  try {
    const headers = { Origin: LISTED };
    const answer = await plain.call("GET /v1/me", { headers });
    assert.equal(answer.status, 200);
    const preflight = await fetch(`${plain.url}/v1/me`, {
      method: "OPTIONS",
      headers: { ...headers, "Access-Control-Request-Method": "GET" },
    });
    assert.equal(preflight.status, 401);
    for (const { headers: got } of [answer, preflight])
      assert.equal(
        [...got.keys()].some((name) => name.startsWith("access-control")),
        false,
      );
  } finally {
    await plain.stop();
  }
});

test("A7 pages of listed origins read every answer, refusals and streams among them; those of others none", async () => {
  const asked = (path: string, origin: string, key: string | null = api.key) =>
    fetch(`${api.url}${path}`, {
      headers: { Origin: origin, ...(key !== null && { Authorization: `Bearer ${key}` }) },
    });
  for (const [path, key] of [
    ["/v1/me", api.key],
    ["/v1/me", null],
    ["/v1/nothing", api.key],
    ["/v1/chats?limit=x", api.key],
    ["/v1/chats/watch", api.key],
    ["/session/oidc", null],
  ] as const) {
    const answer = await asked(path, LISTED, key);
    assert.equal(answer.headers.get("access-control-allow-origin"), LISTED, path);
    assert.equal(answer.headers.get("access-control-allow-credentials"), "true", path);
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Retry-After/, path);
    assert.match(answer.headers.get("vary") ?? "", /Origin/, path);
    await answer.body?.cancel();
    for (const other of ["https://evil.example.com", "null", `${LISTED}:8443`]) {
      const refused = await asked(path, other, key);
      assert.equal(refused.headers.get("access-control-allow-origin"), null, path);
      assert.match(refused.headers.get("vary") ?? "", /Origin/, path);
      await refused.body?.cancel();
    }
  }
});

test("A7 a preflight needs no key, may be kept, and allows what clients of streams and retries send", async () => {
  const answer = await fetch(`${api.url}/v1/chats`, {
    method: "OPTIONS",
    headers: {
      Origin: LISTED,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,idempotency-key",
    },
  });
  assert.equal(answer.status, 204);
  assert.ok(Number(answer.headers.get("access-control-max-age")) >= 600);
  const allowed = answer.headers.get("access-control-allow-headers") ?? "";
  for (const name of ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Everturn-CSRF"])
    assert.ok(allowed.includes(name), name);
  assert.ok((answer.headers.get("access-control-allow-methods") ?? "").includes("DELETE"));
  assert.notEqual(answer.headers.get("access-control-allow-origin"), "*");
});
