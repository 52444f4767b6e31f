// The code flow of browsers, end to end, against a real issuer on this machine.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { startTestApi, type TestApi } from "../../support/api.ts";
import { Browser, type Page } from "./issuer/browser.ts";
import { CLIENT_ID, CLIENT_SECRET, type LocalIssuer, startLocalIssuer } from "./issuer/local-issuer.ts";
import { changeUser } from "./keep-out.ts";

let issuer: LocalIssuer;
let api: TestApi;
const lines: string[] = [];

before(async () => {
  issuer = await startLocalIssuer();
  const signIn = issuer.config({
    EVERTURN_OIDC_CLIENT_ID: CLIENT_ID,
    EVERTURN_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    EVERTURN_OIDC_SCOPES: "openid profile email groups",
    EVERTURN_OIDC_ADMIN_GROUPS: "chiefs",
  });
  api = await startTestApi({ signIn, onLog: (line) => lines.push(line) });
  await issuer.allowRedirect(`${api.url}/session/oidc/callback`);
});

after(async () => {
  await api.stop();
  await issuer.stop();
});

beforeEach(() => {
  issuer.intercept = null;
  issuer.account = { sub: `ada-${randomUUID()}`, name: "Ada Lovelace", groups: ["chiefs"] };
  lines.length = 0;
});

const callback = () => `${api.url}/session/oidc/callback`;

/** To the issuer and through its pages, up to the address that it sends the browser back to. */
async function untilCallback(browser: Browser, start = `${api.url}/session/oidc`): Promise<string> {
  const { next } = await browser.follow(start, (at) => !at.startsWith(callback()));
  assert.ok(next !== null && next.startsWith(callback()), "the issuer sends back");
  return next;
}

async function signIn(browser: Browser, returnTo = "/"): Promise<Page> {
  const start = `${api.url}/session/oidc?return_to=${encodeURIComponent(returnTo)}`;
  return browser.get(await untilCallback(browser, start));
}

async function whoIs(browser: Browser): Promise<string> {
  const { status, text } = await browser.get(`${api.url}/v1/me`);
  const body = JSON.parse(text);
  return status === 200 ? `${body.name}, ${body.role}` : `${status} ${body.code}`;
}

function codeOf({ status, text }: Page): string {
  return `${status} ${JSON.parse(text).code}`;
}

test("A7 a browser signs in at the issuer, with PKCE, and goes on where it wanted", async () => {
  const browser = new Browser();
  const begun = await browser.get(`${api.url}/session/oidc?return_to=/docs%3Fa=1`);
  const asked = new URL(begun.headers.get("location") ?? "").searchParams;
  assert.deepEqual(
    [asked.get("response_type"), asked.get("code_challenge_method"), asked.get("redirect_uri")],
    ["code", "S256", callback()],
  );
  for (const name of ["state", "nonce", "code_challenge"])
    assert.ok((asked.get(name)?.length ?? 0) >= 43, name);
  const underWay = browser.cookie(api.url, "everturn_sign_in");
  assert.match(underWay?.header ?? "", /HttpOnly/i);
  assert.match(underWay?.header ?? "", /SameSite=Lax/i);
  for (const secret of ["state", "nonce"])
    assert.ok(!underWay?.value.includes(asked.get(secret) ?? "-"), "a cookie that says nothing");
  const page = await browser.get(await untilCallback(browser, begun.headers.get("location") ?? ""));
  assert.equal(page.status, 200);
  assert.match(page.text, /content="0;url=\/docs\?a=1"/);
  const session = browser.cookie(api.url, "everturn_session");
  for (const mark of [/HttpOnly/i, /SameSite=Strict/i, /Path=\/(;|$)/i])
    assert.match(session?.header ?? "", mark);
  assert.doesNotMatch(session?.header ?? "", /Secure/i, "over plain HTTP it would never come back");
  assert.equal(browser.cookie(api.url, "everturn_sign_in"), undefined);
  assert.equal(await whoIs(browser), "Ada Lovelace, admin");
  const stored = await api.pool.query("select * from sessions");
  assert.equal(JSON.stringify(stored.rows).includes(session?.value ?? "-"), false);
});

test("A7 the second sign-in finds the same user, and the first session of that browser is over", async () => {
  const browser = new Browser();
  await signIn(browser);
  const before = browser.cookie(api.url, "everturn_session")?.value ?? "";
  const first = JSON.parse((await browser.get(`${api.url}/v1/me`)).text).id;
  await signIn(browser);
  assert.equal(JSON.parse((await browser.get(`${api.url}/v1/me`)).text).id, first);
  const old = await fetch(`${api.url}/v1/me`, { headers: { cookie: `everturn_session=${before}` } });
  assert.equal(old.status, 401);
});

test("A7 nobody is led to another site after a sign-in", async () => {
  for (const returnTo of [
    "https://evil.example.com/",
    "//evil.example.com",
    "/\\evil.example.com",
    "/\t/evil.example.com",
    "javascript:alert(1)",
    "evil",
    `/${"a".repeat(2_000)}`,
  ]) {
    assert.match((await signIn(new Browser(), returnTo)).text, /content="0;url=\/"/, returnTo);
  }
  assert.doesNotMatch((await signIn(new Browser(), '/"><script>')).text, /"><script>/);
});

test("A7 a callback with another state, or of a browser that began nothing, signs nobody in", async () => {
  const browser = new Browser();
  const back = new URL(await untilCallback(browser));
  const stranger = new Browser();
  assert.equal(codeOf(await stranger.get(back.href)), "400 sign_in_failed");
  back.searchParams.set("state", "another");
  assert.equal(codeOf(await browser.get(back.href)), "400 sign_in_failed");
  assert.equal(await whoIs(browser), "401 unauthenticated");
  assert.ok(lines.some((line) => line.includes("a sign-in failed")));
});

test("A7 a code counts once: who replays it, even with the cookie, gets nothing", async () => {
  const browser = new Browser();
  const back = await untilCallback(browser);
  const cookie = `everturn_sign_in=${browser.cookie(api.url, "everturn_sign_in")?.value}`;
  assert.equal((await browser.get(back)).status, 200);
  const replayed = await new Browser().get(back, { cookie });
  assert.equal(codeOf(replayed), "400 sign_in_failed");
  assert.equal(
    replayed.headers.getSetCookie().some((each) => each.startsWith("everturn_session=")),
    false,
  );
});

test("A7 an ID token with another nonce signs nobody in, nor does a code for another verifier", async () => {
  const browser = new Browser();
  const begun = new URL((await browser.get(`${api.url}/session/oidc`)).headers.get("location") ?? "");
  begun.searchParams.set("nonce", "of-somebody-else");
  assert.equal(codeOf(await browser.get(await untilCallback(browser, begun.href))), "400 sign_in_failed");
  const again = new URL((await browser.get(`${api.url}/session/oidc`)).headers.get("location") ?? "");
  again.searchParams.set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  assert.equal(codeOf(await browser.get(await untilCallback(browser, again.href))), "400 sign_in_failed");
  assert.equal(await whoIs(browser), "401 unauthenticated");
});

test("A7 a cookie of a sign-in that was changed, or is for another purpose, counts for nothing", async () => {
  const browser = new Browser();
  const back = await untilCallback(browser);
  const { value = "" } = browser.cookie(api.url, "everturn_sign_in") ?? {};
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "hello" } });
  const { body: other } = await api.call(`POST /v1/chats/${chat.id}/stream-token`);
  for (const wrong of [`${value.slice(0, -4)}AAAA`, other.token, "s1.", "x"]) {
    const answer = await new Browser().get(back, { cookie: `everturn_sign_in=${wrong}` });
    assert.equal(codeOf(answer), "400 sign_in_failed", wrong);
  }
});

test("A9 a suspended user is told so at the end of the sign-in, and gets no session", async () => {
  const browser = new Browser();
  await signIn(browser);
  const { id } = JSON.parse((await browser.get(`${api.url}/v1/me`)).text);
  await changeUser(api, id, "suspended_at = now()");
  assert.equal(await whoIs(browser), "401 unauthenticated");
  assert.equal(codeOf(await signIn(browser)), "401 unauthenticated");
  await changeUser(api, id, "suspended_at = null");
  assert.equal(await whoIs(browser), "401 unauthenticated", "the session from before is over");
});

test("A7 what the issuer refuses or cannot answer is said, and neither codes nor secrets are in the log", async () => {
  const browser = new Browser();
  const back = await untilCallback(browser);
  const denied = new URL(back);
  denied.searchParams.delete("code");
  denied.searchParams.set("error", "access_denied");
  denied.searchParams.set("error_description", "<b>words of a stranger</b>");
  const refused = await browser.get(denied.href);
  assert.equal(codeOf(refused), "400 sign_in_failed");
  assert.doesNotMatch(refused.text, /words of a stranger/);
  const second = await untilCallback(browser);
  issuer.intercept = (request, response) =>
    request.url === "/token" && Boolean(response.writeHead(502).end());
  assert.equal(codeOf(await browser.get(second)), "503 unavailable");
  const third = await untilCallback(browser);
  issuer.intercept = (request, response) => request.url === "/token" && Boolean(response.destroy());
  const away = await browser.get(third);
  assert.equal(codeOf(away), "503 unavailable");
  assert.ok(Number(away.headers.get("retry-after")) > 0);
  const log = lines.join("\n");
  for (const at of [back, second, third]) {
    const code = new URL(at).searchParams.get("code") ?? "-";
    assert.equal(log.includes(code), false);
  }
  assert.equal(log.includes(CLIENT_SECRET), false);
});

/** Sends a callback with an invented code, as if from this address, for a sign-in that the browser has begun at an API. */
async function beginInventing(at: TestApi) {
  const browser = new Browser();
  const begun = await browser.get(`${at.url}/session/oidc`);
  const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state");
  const cookie = `everturn_sign_in=${browser.cookie(at.url, "everturn_sign_in")?.value}`;
  return (address: string) =>
    fetch(
      `${at.url}/session/oidc/callback?code=invented&state=${state}&iss=${encodeURIComponent(issuer.url)}`,
      {
        headers: { cookie, "X-Forwarded-For": address },
      },
    );
}

test("A7 A3 who invents codes makes the issuer little work, and locks out nobody at another address", async () => {
  const signIn = issuer.config({
    EVERTURN_OIDC_CLIENT_ID: CLIENT_ID,
    EVERTURN_OIDC_CLIENT_SECRET: CLIENT_SECRET,
  });
  const world = await startTestApi({
    signIn,
    databaseUrl: api.databaseUrl,
    trustedProxies: ["loopback"],
  });
  try {
    const invent = await beginInventing(world);
    const before = issuer.asked("/token");
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await invent("192.0.2.1")).status);
    assert.deepEqual(statuses, [...Array(20).fill(400), ...Array(5).fill(429)]);
    assert.equal(issuer.asked("/token") - before, 20);
    assert.ok(Number((await invent("192.0.2.1")).headers.get("retry-after")) > 0);
    assert.equal((await invent("192.0.2.2")).status, 400);
    // From many addresses at once: the issuer answers none of them until some were turned away.
    const held: { end(): unknown }[] = [];
    let refused = 0;
    issuer.intercept = (request, response) => {
      if (request.url !== "/token") return false;
      response.writeHead(502);
      if (refused === 5) response.end();
      else held.push(response);
      return true;
    };
    const answers = Array.from({ length: 25 }, async (_, i) => {
      const { status } = await invent(`198.51.100.${i}`);
      if (status === 429) refused += 1;
      if (refused === 5) for (const each of held.splice(0)) each.end();
      return status;
    });
    const all = await Promise.all(answers);
    assert.deepEqual(
      [429, 503].map((status) => all.filter((each) => each === status).length),
      [5, 20],
    );
  } finally {
    await world.stop();
  }
});

test("A7 without an issuer there is no sign-in by one", async () => {
  const plain = await startTestApi();
  try {
    for (const path of ["/session/oidc", "/session/oidc/callback?code=x&state=y"])
      assert.equal((await plain.call(`GET ${path}`, { key: null })).status, 404);
  } finally {
    await plain.stop();
  }
});
