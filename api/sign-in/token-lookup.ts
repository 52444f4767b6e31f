// Finds the user of a bearer token that the issuer has signed (SPEC A1).
import type { JWTPayload } from "jose";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import { sha256Hex } from "../../platform/secrets/crypto.ts";
import { admitPerson, type OidcUser } from "../../store/access/oidc-identities.ts";
import type { Pool } from "../../store/database.ts";
import { addressOf, bearerOf, type Recognise } from "../http/access/authenticate.ts";
import type { Caller } from "../http/access/caller.ts";
import { remember } from "../http/access/tries.ts";
import { requestIdOf } from "../http/middleware/request-id.ts";
import type { Issuer } from "./issuer.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { type Claims, readPerson } from "./person.ts";
import { looksLikeToken, verifyToken } from "./verify-token.ts";

/** A change that was not announced is noticed within this time. Without the cache, each request would cost a query. */
const tokenCacheMs = 10_000;
/** The oldest goes first. */
const tokensCachedMax = 10_000;

/** From where a token or a browser comes, for the audit log. */
export interface From {
  readonly address: string;
  readonly request_id: string;
}

export interface TokenLookup {
  /** Throws Refusal `unauthenticated` or `forbidden`, IssuerUnavailable, and what the database throws when it is down. */
  find(token: string, from: From): Promise<Caller>;
  /** Users have changed: nothing that was remembered counts any more. */
  forget(): void;
}

export interface TokenLookupInput {
  readonly pool: Pool;
  readonly issuer: Pick<Issuer, "keyOf">;
  readonly settings: OidcSettings;
  readonly logger: Pick<Logger, "warn">;
  readonly audience: string;
  readonly now: () => number;
}

interface CachedToken {
  readonly until: number;
  readonly caller: Caller;
}

export function createTokenLookup(input: TokenLookupInput): TokenLookup {
  const { audience, now } = input;
  const known = new Map<string, CachedToken>();
  let changes = 0;
  return {
    async find(token, from) {
      const hash = sha256Hex(token);
      const cached = known.get(hash);
      if (cached !== undefined && cached.until > now()) return cached.caller;
      const before = changes;
      const claims = await verifyToken(input, token, audience);
      const user = await admit(input, claims, from);
      const caller = toCaller(user, claims);
      const until = Math.min(now() + tokenCacheMs, endOf(claims));
      if (before === changes) remember(known, { key: hash, value: { until, caller }, max: tokensCachedMax });
      return caller;
    },
    forget() {
      changes += 1;
      known.clear();
    },
  };
}

/**
 * The user whom verified claims name.
 * @throws Refusal `forbidden` (no group lets them in) or `unauthenticated` (no usable subject; suspended or deleted here)
 */
export async function admit(
  { pool, settings, logger, now }: Pick<TokenLookupInput, "pool" | "settings" | "logger" | "now">,
  claims: Claims,
  from: From,
): Promise<OidcUser> {
  const read = readPerson(claims, settings);
  if (read.type === "refused") throw new Refusal(read.code, read.reason);
  const { person } = read;
  const { iat } = claims as JWTPayload;
  const user = await admitPerson(pool, {
    ...person,
    ...from,
    email: claims["email_verified"] === true ? person.email : null,
    issuer: settings.issuer,
    said_at: new Date(iat === undefined ? now() : iat * 1_000),
  });
  if (user.keeps_last_admin === true) {
    const what = { user_id: user.id, ...from };
    logger.warn(
      what,
      "the issuer says that the last admin is none: the role stays until there is another admin",
    );
  }
  if (!user.is_active) throw new Refusal("unauthenticated", "the user is suspended or deleted");
  return user;
}

function endOf({ exp = 0 }: JWTPayload): number {
  return exp * 1_000;
}

function toCaller({ id, name, role }: OidcUser, claims: JWTPayload): Caller {
  const expires_at = new Date(endOf(claims)).toISOString();
  return { user: { id, name, role }, scope: "full", by: { type: "oidc", expires_at } };
}

/** Recognises requests that bring a signed token. Other bearer tokens are API keys. */
export function recogniseTokens({ find }: Pick<TokenLookup, "find">): Recognise {
  return async (request, response) => {
    const token = bearerOf(request);
    if (token === null || !looksLikeToken(token)) return null;
    try {
      return await find(token, { address: addressOf(request), request_id: requestIdOf(response) });
    } catch (error) {
      if (error instanceof Refusal && error.code === "unauthenticated")
        return { refused: error.detail ?? "the token is refused" };
      throw error;
    }
  };
}
