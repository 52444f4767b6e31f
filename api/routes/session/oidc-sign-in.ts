// Signs a browser in at the issuer: there, and back again (SPEC A7).
import type { Request } from "express";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { ApiDeps } from "../../deps.ts";
import { addressOf } from "../../http/access/authenticate.ts";
import { createTries, type Tries } from "../../http/access/tries.ts";
import { readCookie } from "../../http/cookies.ts";
import { ownOrigin } from "../../http/middleware/cross-origin.ts";
import { requestIdOf } from "../../http/middleware/request-id.ts";
import { readQuery } from "../../http/read-query.ts";
import { type RawExchange, type Route, route } from "../../http/route.ts";
import { safeReturnTo } from "../../sign-in/return-to.ts";
import type { SignInUnderWay } from "../../sign-in/under-way.ts";
import { beginSession, cookieSettings } from "./begin-session.ts";

const tag = "Access";
const COOKIE = "everturn_sign_in";
const PATH = "/session/oidc";
/** Callbacks of an address that sign nobody in. Each makes us call the issuer, as ourselves. */
const failedPerMinuteMax = 20;
/** Time for people to find their password. */
const signInMaxMs = 10 * 60_000;

type Deps = Pick<ApiDeps, "store" | "signIn" | "accessChanged">;

export function oidcSignInRoutes(deps: Deps): Route[] {
  return [begin(deps), finish(deps)];
}

function begin(deps: Deps): Route {
  return route({
    method: "get",
    path: PATH,
    summary: "Sign a browser in at the issuer",
    description:
      "Leads the browser to the issuer (authorization code flow with PKCE), then to `return_to`: a path of this server; anything else counts as `/`.",
    tag,
    access: "public",
    responses: { 302: { description: "To the issuer" } },
    refusals: ["invalid_request", "not_found", "rate_limited", "unavailable"],
    async handler({ raw: { request, response } }) {
      const { underWay, rules } = deps.signIn;
      const { return_to } = readQuery(request.url);
      const begun = await requireFlow(deps).begin({
        redirect_uri: `${ownOrigin(request, rules)}${PATH}/callback`,
        return_to: safeReturnTo(typeof return_to === "string" ? return_to : undefined),
      });
      const until = new Date(Date.now() + signInMaxMs);
      response.cookie(COOKIE, underWay.write(begun.under_way, until), {
        ...signInCookie(request, deps),
        expires: until,
      });
      return { status: 302, headers: { Location: begun.url } };
    },
  });
}

function finish(deps: Deps): Route {
  const tries = createTries(failedPerMinuteMax);
  return route({
    method: "get",
    path: `${PATH}/callback`,
    summary: "Where the issuer sends the browser back to",
    tag,
    access: "public",
    responses: {
      200: { description: "Signed in: a page that goes on to `return_to`", content_type: "text/html" },
    },
    refusals: ["not_found", "sign_in_failed", "unauthenticated", "forbidden", "rate_limited", "unavailable"],
    async handler({ raw, logger }) {
      try {
        return { status: 200, text: onwards(await comeBack(deps, raw, tries)), content_type: "text/html" };
      } catch (error) {
        if (error instanceof Refusal)
          logger.info({ code: error.code, reason: reasonOf(error) }, "a sign-in failed");
        throw error;
      }
    },
  });
}

/** Begins a session for whom the issuer sends back. Returns where the browser goes on. */
async function comeBack(deps: Deps, { request, response }: RawExchange, tries: Tries): Promise<string> {
  const flow = requireFlow(deps);
  const under_way = takeUnderWay(deps, request);
  // Whatever comes of it, this sign-in is over.
  response.clearCookie(COOKIE, signInCookie(request, deps));
  if (under_way === null)
    throw new Refusal("sign_in_failed", "this browser began no sign-in, or more than ten minutes ago");
  const at = request.url.indexOf("?");
  const takeBack = tries.begin(addressOf(request), Date.now(), tooMany);
  const claims = await flow.finish(under_way, at === -1 ? "" : request.url.slice(at));
  takeBack();
  const from = { address: addressOf(request), request_id: requestIdOf(response) };
  const user = await requireOidc(deps).admit(claims, from);
  const whose = { user_id: user.id, scope: "full", key_id: null, ends_with: null } as const;
  await beginSession(deps, { request, response, ...whose });
  return under_way.return_to;
}

function tooMany(waitMs: number): Refusal {
  const refusal = new Refusal("rate_limited", "too many sign-ins from this address have failed");
  return Object.assign(refusal, { retry_after_s: Math.max(1, Math.ceil(waitMs / 1_000)) });
}

function takeUnderWay({ signIn }: Deps, request: Request): SignInUnderWay | null {
  const ticket = readCookie(request.get("Cookie"), COOKIE);
  return ticket === undefined ? null : signIn.underWay.read(ticket, new Date());
}

function requireOidc({ signIn }: Deps) {
  if (signIn.oidc === null) throw new Refusal("not_found", "no issuer is configured");
  return signIn.oidc;
}

function requireFlow(deps: Deps) {
  const { flow } = requireOidc(deps);
  if (flow === null) throw new Refusal("not_found", "browsers do not sign in at the issuer here");
  return flow;
}

/** The browser comes back from another site: a strict cookie would stay behind. */
function signInCookie(request: Request, { signIn }: Deps) {
  return { ...cookieSettings(request, signIn.rules), sameSite: "lax", path: PATH } as const;
}

/**
 * A page that goes on by itself. After a redirect, the browser would not send the new strict cookie: the chain of redirects began
 * at the issuer's site.
 */
function onwards(returnTo: string): string {
  const path = returnTo.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signed in</title><meta http-equiv="refresh" content="0;url=${path}"></head>
<body><p>You are signed in. <a href="${path}">Go on</a></p></body>
</html>
`;
}

/** For the log: what the issuer or the library says, without codes and tokens. */
function reasonOf({ cause, message }: Refusal): string {
  if (!(cause instanceof Error)) return message;
  const { code, error } = cause as { readonly code?: unknown; readonly error?: unknown };
  return [cause.name, cause.message, code, error].filter((each) => typeof each === "string").join(", ");
}
