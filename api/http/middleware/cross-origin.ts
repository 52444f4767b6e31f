// Pages of other origins: which may call the API (CORS, SPEC A7), and which requests with a cookie come from a page that may.
import type { Request, RequestHandler } from "express";
import { Refusal } from "../../../core/chat/refusal.ts";

/** A browser asks again after this time at the latest; Chromium takes no more. */
const preflightKeptS = 7_200;
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
const HEADERS = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "Last-Event-ID",
  "Cache-Control",
  "X-Request-Id",
  "X-Everturn-CSRF",
].join(", ");
const EXPOSED = ["X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy", "Allow"].join(", ");

/** Sent by scripts alone: a form or a link of another site cannot add a header. */
const CSRF_HEADER = "X-Everturn-CSRF";
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

export interface OriginRules {
  /** Exact origins whose pages may call the API. Empty: none may. */
  readonly corsOrigins: readonly string[];
  /** This server as browsers see it; null: as each request names it. */
  readonly publicOrigin: string | null;
}

/**
 * Lets the listed origins read answers, those of refusals and streams included. Goes before everything that may refuse, and
 * answers preflights itself: they carry no key.
 */
export function allowOrigins({ corsOrigins }: OriginRules): RequestHandler {
  const listed = new Set(corsOrigins);
  return (request, response, next) => {
    if (listed.size === 0) return next();
    // Also for origins that are not listed: a cache must not give one origin the answer of another.
    response.vary("Origin");
    const origin = request.get("Origin");
    if (origin === undefined || !listed.has(origin)) return next();
    response.set({ "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" });
    if (request.method !== "OPTIONS" || request.get("Access-Control-Request-Method") === undefined) {
      response.setHeader("Access-Control-Expose-Headers", EXPOSED);
      return next();
    }
    response.set({
      "Access-Control-Allow-Methods": METHODS,
      "Access-Control-Allow-Headers": HEADERS,
      "Access-Control-Max-Age": String(preflightKeptS),
    });
    response.status(204).end();
  };
}

/** This server's origin as the browser that sent the request sees it. */
export function ownOrigin(request: Pick<Request, "protocol" | "get" | "host">, rules: OriginRules): string {
  return rules.publicOrigin ?? `${request.protocol}://${request.host}`;
}

/**
 * Refuses a change that a cookie alone would authorise, if it may come from another site's page (SPEC A7).
 * @throws Refusal `csrf_missing`
 */
export function requireOwnPage(request: Request, rules: OriginRules): void {
  if (SAFE_METHODS.has(request.method)) return;
  if (request.get(CSRF_HEADER) !== "1")
    throw new Refusal("csrf_missing", `with a session's cookie, send \`${CSRF_HEADER}: 1\``);
  requireKnownOrigin(request, rules);
}

/** Browsers tell the origin with each change. Programs send none. Throws `Refusal` `csrf_missing`. */
export function requireKnownOrigin(request: Request, rules: OriginRules): void {
  const origin = request.get("Origin");
  if (origin === undefined || origin === ownOrigin(request, rules)) return;
  if (rules.corsOrigins.includes(origin)) return;
  throw new Refusal(
    "csrf_missing",
    "the page's origin is neither this server's (EVERTURN_PUBLIC_URL) nor listed (EVERTURN_CORS_ORIGINS)",
  );
}
