// Begins a session of a browser, and hands it over as a cookie.
import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import { createSession, endSessionByToken, type SessionRow } from "../../../store/access/sessions.ts";
import { withTransaction } from "../../../store/database.ts";
import type { ApiDeps } from "../../deps.ts";
import { addressOf } from "../../http/access/authenticate.ts";
import { type OriginRules, ownOrigin } from "../../http/middleware/cross-origin.ts";
import { SESSION_COOKIE, sessionTokenOf } from "../../sign-in/session-lookup.ts";

const TOKEN_BYTES = 32;
const userAgentCharsMax = 256;

export interface BeginSessionInput {
  readonly request: Request;
  readonly response: Response;
  readonly user_id: string;
  readonly scope: SessionRow["scope"];
  /** The key that is exchanged; null: the user comes from the issuer. */
  readonly key_id: string | null;
  /** Of that key; null: it has no end of its own. */
  readonly ends_with: string | null;
}

/** A session that the browser had before ends: its place in the browser is taken. */
export async function beginSession(
  deps: Pick<ApiDeps, "store" | "signIn" | "accessChanged">,
  { request, response, user_id, scope, key_id, ends_with }: BeginSessionInput,
): Promise<SessionRow> {
  const { sessionMaxS, rules } = deps.signIn;
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const latest = Date.now() + sessionMaxS * 1_000;
  const end = ends_with === null ? latest : Math.min(latest, Date.parse(ends_with));
  const before = sessionTokenOf(request);
  const { session, ended } = await withTransaction(deps.store.pool, async (tx) => {
    const ended = before !== undefined && (await endSessionByToken(tx, before));
    const session = await createSession(tx, {
      user_id,
      scope,
      key_id,
      token,
      expires_at: new Date(end),
      address: addressOf(request),
      user_agent: request.get("User-Agent")?.slice(0, userAgentCharsMax).toWellFormed() ?? null,
    });
    return { session, ended };
  });
  if (ended) deps.accessChanged();
  response.cookie(SESSION_COOKIE, token, { ...cookieSettings(request, rules), expires: new Date(end) });
  return session;
}

/** The browser sends it from pages of this site alone, and no script can read it. */
export function cookieSettings(request: Request, rules: OriginRules) {
  const secure = ownOrigin(request, rules).startsWith("https:");
  return { httpOnly: true, sameSite: "strict", secure, path: "/" } as const;
}
