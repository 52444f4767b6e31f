// Sessions of browsers: an API key is exchanged for a cookie, and sessions are listed and ended (SPEC A7).
import { z } from "zod";
import { SCOPES } from "../../../core/access/access.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { note } from "../../../store/access/audited.ts";
import {
  endSession,
  endSessionByToken,
  listSessions,
  type SessionRow,
} from "../../../store/access/sessions.ts";
import { withTransaction } from "../../../store/database.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { addressOf } from "../../http/access/authenticate.ts";
import { type Caller, ownProof, seesDeployment } from "../../http/access/caller.ts";
import { requireKnownOrigin, requireOwnPage } from "../../http/middleware/cross-origin.ts";
import { type Route, route } from "../../http/route.ts";
import { time, uuid } from "../../schemas/common.ts";
import { sessionPath } from "../../schemas/params.ts";
import { SESSION_COOKIE, sessionTokenOf, sessionTokensOf } from "../../sign-in/session-lookup.ts";
import { beginSession, cookieSettings } from "./begin-session.ts";

const tag = "Access";
const keyCharsMax = 500;
/** Sessions that one request can name to end them. */
const endedAtOnceMax = 5;

const session = z
  .strictObject({
    id: uuid,
    user_id: uuid,
    scope: z.enum(SCOPES),
    api_key_id: uuid.nullable().meta({ description: "The key it ends with; null: signed in at the issuer" }),
    created_at: time,
    last_used_at: time.meta({ description: "To the minute" }),
    expires_at: time.meta({ description: "At the latest; sooner if it is not used" }),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    current: z.boolean().meta({ description: "The session that asks" }),
  })
  .meta({ id: "Session" });
const sessionPage = z
  .strictObject({ items: z.array(session), next_cursor: z.null() })
  .meta({ id: "SessionPage" });

const signInState = z
  .strictObject({
    signed_in: z.boolean().meta({ description: "The cookie names a session that has not ended" }),
    api_key: z.literal(true).meta({ description: "By `POST /session`" }),
    oidc: z.boolean().meta({ description: "Whether `/session/oidc` leads to an issuer" }),
  })
  .meta({ id: "SignInState" });

export function sessionRoutes(deps: ApiDeps): Route[] {
  return [state(deps), begin(deps), end(deps), list(deps), remove(deps)];
}

function state(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/session",
    summary: "Whether this browser is signed in, and how it can be",
    description: "Tells a page whether the browser's cookie counts, without a refusal if it does not.",
    tag,
    access: "public",
    responses: {
      200: { description: "The browser's state, and what this server offers", schema: signInState },
    },
    refusals: ["rate_limited", "unavailable"],
    async handler({ raw: { request } }) {
      const token = sessionTokenOf(request);
      const found = token !== undefined && (await deps.signIn.sessions.find(token, addressOf(request)));
      const oidc = (deps.signIn.oidc?.flow ?? null) !== null;
      return { status: 200, body: { signed_in: Boolean(found), api_key: true, oidc } };
    },
  });
}

function begin(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/session",
    summary: "Sign a browser in with an API key",
    description:
      "Sets the cookie `everturn_session`. Calls with it that change something need the header `X-Everturn-CSRF: 1`. The session reaches as far as the key, and ends with it.",
    tag,
    access: "public",
    body: z.strictObject({ api_key: z.string().min(1).max(keyCharsMax) }),
    example: { api_key: "evt_…" },
    responses: { 201: { description: "The session; its cookie is set", schema: session } },
    refusals: ["unauthenticated", "csrf_missing", "rate_limited", "unavailable"],
    async handler({ body, raw, logger }) {
      requireKnownOrigin(raw.request, deps.signIn.rules);
      const caller = await deps.keys.find(body.api_key, addressOf(raw.request));
      if (caller === null || caller.by.type !== "key")
        throw new Refusal(
          "unauthenticated",
          "the key is unknown, expired or revoked, or its user is suspended",
        );
      const { user, scope, by } = caller;
      const whose = { user_id: user.id, scope, key_id: by.key_id, ends_with: by.expires_at };
      const made = await beginSession(deps, { ...raw, ...whose });
      logger.info({ user_id: user.id, session_id: made.id }, "signed in with a key");
      return { status: 201, body: shown(made, made.id) };
    },
  });
}

function end(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/session",
    summary: "Sign the browser out",
    description: "Ends the session of the cookie, if there is one, and removes the cookie.",
    tag,
    access: "public",
    responses: { 204: { description: "Signed out" } },
    refusals: ["csrf_missing", "rate_limited", "unavailable"],
    async handler({ raw: { request, response } }) {
      const { rules } = deps.signIn;
      // Of several none counts, but whoever signs out wants all of them to end.
      const tokens = sessionTokensOf(request).slice(0, endedAtOnceMax);
      if (tokens.length === 0) return { status: 204 };
      requireOwnPage(request, rules);
      for (const token of tokens) {
        // Anybody can make this call: invented cookies count as tries, and make nobody forget or look anew.
        const caller = await deps.signIn.sessions.find(token, addressOf(request));
        if (caller !== null && (await endSessionByToken(deps.store.pool, token))) deps.accessChanged();
      }
      response.clearCookie(SESSION_COOKIE, cookieSettings(request, rules));
      return { status: 204 };
    },
  });
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/sessions",
    summary: "List sessions",
    description: "The caller's own, newest first; with `user_id`, for admins, those of a user.",
    tag,
    access: { area: "deployment" },
    query: z.strictObject({ user_id: uuid.toLowerCase().optional() }),
    responses: { 200: { description: "All sessions that have not ended", schema: sessionPage } },
    refusals: ["user_not_found"],
    async handler({ query, caller }) {
      const userId = query.user_id ?? caller.user.id;
      if (userId !== caller.user.id && !seesDeployment(caller)) throw new Refusal("user_not_found");
      const rows = await listSessions(deps.store.pool, userId, deps.signIn.sessionIdleS);
      const items = rows.map((row) => shown(row, currentOf(caller)));
      return { status: 200, body: { items, next_cursor: null } };
    },
  });
}

function remove(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/v1/sessions/{session}",
    summary: "End a session",
    description: "One's own; admins end those of anybody. Its open streams end, too.",
    tag,
    access: { area: "deployment" },
    params: sessionPath,
    responses: { 204: { description: "Ended" } },
    refusals: ["session_not_found"],
    async handler(input) {
      const { params, caller } = input;
      const whose = seesDeployment(caller) ? undefined : caller.user.id;
      await withTransaction(deps.store.pool, async (tx) => {
        const user_id = await endSession(tx, params.session, whose);
        if (user_id === null) throw new Refusal("session_not_found");
        if (user_id === caller.user.id) return;
        const target = { target_type: "session", target_id: params.session, detail: { user_id } };
        await note(tx, storeFor(deps.store, input), { action: "session.delete", ...target });
      });
      deps.accessChanged();
      return { status: 204 };
    },
  });
}

function currentOf({ by }: Caller): string | null {
  const proof = ownProof(by);
  return proof.type === "session" ? proof.session_id : null;
}

function shown({ key_id, ...row }: SessionRow, currentId: string | null) {
  return { ...row, api_key_id: key_id, current: row.id === currentId };
}
