// Tests: columns of the matrix for those who call without an API key: sessions, an issuer's tokens, tokens for one stream, shares.
import type { UserRole } from "../../core/access/access.ts";
import { createApiKey } from "../../store/access/api-keys.ts";
import { newApiKey } from "../../store/access/issued-keys.ts";
import { endSession } from "../../store/access/sessions.ts";
import { createUser } from "../../store/access/users.ts";
import type { TestApi } from "../support/api.ts";
import { bearer, type Column, expectedFor, type MatrixRoute, outside } from "./matrix-columns.ts";
import { Browser } from "./sign-in/issuer/browser.ts";
import { AUDIENCE, type LocalIssuer } from "./sign-in/issuer/local-issuer.ts";

/** What `X-Everturn-CSRF` proves: a page of ours asks. */
const OWN_PAGE = { "X-Everturn-CSRF": "1" };
/** With a session this call ends it: tests of sessions show that. */
const SIGN_OUT = "DELETE /session";

export interface SignInWorld {
  readonly api: TestApi;
  readonly issuer: LocalIssuer;
  /** Of the API's owner. */
  readonly chat_id: string;
  /** The id of a chat that is nowhere. */
  readonly nowhere_id: string;
}

export async function signInColumns(world: SignInWorld): Promise<readonly Column[]> {
  const { api, issuer } = world;
  const cookieOf = async (role: UserRole) => (await signIn(api, role)).cookie;
  const member = await cookieOf("member");
  const ended = await signIn(api, "admin");
  await endSession(api.pool, ended.id);
  const now = Date.now();
  const asMember = expectedFor("member", "full");
  const inSession = { skips: SIGN_OUT } as const;
  const noProof: Column["expects"] = (route) =>
    route.kind === "public" || route.method === "GET" ? asMember(route) : "403 csrf_missing";
  return [
    { name: "session", headers: { ...member, ...OWN_PAGE }, expects: asMember, ...inSession },
    {
      name: "session of an admin",
      headers: { ...(await cookieOf("admin")), ...OWN_PAGE },
      expects: expectedFor("admin", "full"),
      ...inSession,
    },
    { name: "session without CSRF proof", headers: member, expects: noProof, ...inSession },
    {
      name: "session from another site's page",
      headers: { ...member, ...OWN_PAGE, Origin: "https://evil.example.com" },
      expects: noProof,
      ...inSession,
    },
    { ...outside("ended session", { ...ended.cookie, ...OWN_PAGE }), ...inSession },
    { name: "OIDC", headers: bearer(await issuer.token(now)), expects: asMember },
    outside("OIDC for others", bearer(await issuer.token(now, { claims: { aud: `not-${AUDIENCE}` } }))),
    await streamToken(world),
    outside("share link", bearer((await share(world, { link: true })).token)),
    await sharedUser(world),
  ];
}

async function signIn(api: TestApi, role: UserRole) {
  const user = await createUser(api.pool, { name: role, role });
  const key = newApiKey();
  await createApiKey(api.pool, { user_id: user.id, name: "of a browser", key });
  const browser = new Browser();
  const { text } = await browser.send("POST", `${api.url}/session`, { json: { api_key: key } });
  const { name, value } = browser.cookie(api.url, "everturn_session") ?? {};
  return { id: (JSON.parse(text) as { id: string }).id, cookie: { Cookie: `${name}=${value}` } };
}

/** It opens one stream. For all other calls it is no proof of anything. */
async function streamToken({ api, nowhere_id }: SignInWorld): Promise<Column> {
  const user = await createUser(api.pool, { name: "member", role: "member" });
  const key_id = await createApiKey(api.pool, { user_id: user.id, name: "of a stream", key: newApiKey() });
  const by = { type: "key", key_id, key_name: "k", key_prefix: "evt_", expires_at: null } as const;
  const { token } = api.deps.signIn.streamTokens.write(nowhere_id, { user, scope: "full", by });
  const expects = (route: MatrixRoute) =>
    route.name === "GET /v1/chats/{chat}/stream" ? "in" : outside("", {}).expects(route);
  return { name: "stream token", headers: {}, query: `token=${encodeURIComponent(token)}`, expects };
}

/** Reads one chat of somebody else, and does nothing else with it. */
async function sharedUser(world: SignInWorld): Promise<Column> {
  const { userId: user_id, key } = await world.api.newKey();
  await share(world, { user_id });
  const allowed = expectedFor("member", "full");
  return {
    name: "shared user",
    headers: bearer(key),
    things: "foreign",
    expects: (route) => {
      const may = allowed(route);
      if (may !== "in" || route.foreign === undefined) return may;
      return route.shown_to_readers === true ? "found" : route.foreign;
    },
  };
}

async function share({ api, chat_id }: SignInWorld, body: object): Promise<{ token: string }> {
  return (await api.call(`POST /v1/chats/${chat_id}/shares`, { body })).body;
}
