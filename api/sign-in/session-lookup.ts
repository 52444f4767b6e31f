// Finds the session that a browser's cookie names (SPEC A7).
import type { Request } from "express";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import { sha256Hex } from "../../platform/secrets/crypto.ts";
import { findSessionHolder, type SessionHolder, touchSessions } from "../../store/access/sessions.ts";
import type { Pool } from "../../store/database.ts";
import { addressOf, type Recognise } from "../http/access/authenticate.ts";
import type { Caller } from "../http/access/caller.ts";
import { createHolderCache } from "../http/access/holder-cache.ts";
import { readCookie, readCookies } from "../http/cookies.ts";
import { type OriginRules, requireOwnPage } from "../http/middleware/cross-origin.ts";

export const SESSION_COOKIE = "everturn_session";
/** Whatever is longer is no cookie of ours. */
const tokenCharsMax = 200;
/** A session that has ended does not come back: a browser that still sends its cookie costs a query in ten minutes. */
const unknownMs = 10 * 60_000;

export interface SessionLookup {
  /** Null: the session is unknown, or has ended. Throws `rate_limited`, and what the database throws when it is down. */
  find(token: string, address: string): Promise<Caller | null>;
  /** Users, keys or sessions have changed: nothing that was remembered counts any more. */
  forget(): void;
}

export interface SessionLookupInput {
  readonly pool: Pool;
  readonly logger: Pick<Logger, "warn">;
  readonly idleS: number;
  readonly wrongKeysPerMinuteMax: number;
}

/** Unknown cookies of an address are counted like unknown keys. */
export function createSessionLookup(input: SessionLookupInput): SessionLookup {
  const { pool, logger, idleS } = input;
  const holders = createHolderCache<SessionHolder>({
    async load(hash) {
      const holder = await findSessionHolder(pool, hash, idleS);
      if (holder === null) return null;
      touchSessions(pool, [holder.session_id]).catch((error: unknown) => {
        logger.warn({ err: error }, "could not note the use of a session");
      });
      return holder;
    },
    unknownMs,
    wrongPerMinuteMax: input.wrongKeysPerMinuteMax,
    tooMany,
  });
  return {
    async find(token, address) {
      if (token.length > tokenCharsMax) return null;
      const holder = await holders.find(sha256Hex(token), address);
      return holder === null || Date.parse(holder.expires_at) <= Date.now() ? null : toCaller(holder);
    },
    forget: () => holders.forget(),
  };
}

function tooMany(waitMs: number): Refusal {
  const refusal = new Refusal("rate_limited", "too many unknown sessions from this address");
  return Object.assign(refusal, { retry_after_s: Math.max(1, Math.ceil(waitMs / 1_000)) });
}

function toCaller({ user_id, user_name, role, scope, session_id, expires_at }: SessionHolder): Caller {
  return {
    user: { id: user_id, name: user_name, role },
    scope,
    by: { type: "session", session_id, expires_at },
  };
}

/** Of the session that a request names; undefined if it names none, or several. */
export function sessionTokenOf(request: Request): string | undefined {
  return readCookie(request.get("Cookie"), SESSION_COOKIE);
}

/** Those that a request names, whether one of them counts or not. */
export function sessionTokensOf(request: Request): readonly string[] {
  return readCookies(request.get("Cookie"), SESSION_COOKIE);
}

/** Recognises requests that bring a session's cookie. Changes must also prove that a page of ours makes them. */
export function recogniseSessions({ find }: Pick<SessionLookup, "find">, rules: OriginRules): Recognise {
  return async (request) => {
    const token = sessionTokenOf(request);
    if (token === undefined) {
      const names = sessionTokensOf(request).length;
      return names === 0 ? null : { refused: "several sessions are named: remove this site's cookies" };
    }
    const caller = await find(token, addressOf(request));
    if (caller === null) return { refused: "the session has ended: sign in again" };
    requireOwnPage(request, rules);
    return caller;
  };
}
