// The API speaks HTTP and the store; this file: the API key of a request is looked up by its hash (SPEC A1).
import type { RequestHandler, Response } from "express";
import { Refusal } from "../../core/refusal.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import type { Logger } from "../../platform/logger.ts";
import { findKeyHolder, type KeyHolder, touchApiKey } from "../../store/api-keys.ts";
import type { Pool } from "../../store/database.ts";
import type { Caller } from "../caller.ts";

/** How long a revoked key may still work, at most; without it each request would cost a query. */
const keyCacheMs = 10_000;
/** Keys remembered, known and unknown; the oldest goes first. */
const keysCachedMax = 10_000;

interface CachedKey {
  readonly until: number;
  /** A promise, so that a burst of requests with one key asks once. */
  readonly holder: Promise<KeyHolder | null>;
}

export function callerOf(response: Response): Caller | undefined {
  return response.locals["caller"] as Caller | undefined;
}

/** Finds who a key belongs to; null for unknown, expired and revoked keys. Throws when Postgres is away. */
export function createKeyLookup(pool: Pool, logger: Logger) {
  const cache = new Map<string, CachedKey>();
  const load = async (hash: string) => {
    const holder = await findKeyHolder(pool, hash);
    if (holder !== null) {
      touchApiKey(pool, holder.key_id).catch((error: unknown) => {
        logger.warn({ err: error }, "could not note the use of an API key");
      });
    }
    return holder;
  };
  const cached = (hash: string, now: number) => {
    const known = cache.get(hash);
    if (known !== undefined && known.until > now) return known.holder;
    const holder = load(hash);
    cache.delete(hash);
    cache.set(hash, { until: now + keyCacheMs, holder });
    holder.catch(() => cache.delete(hash));
    const oldest = cache.keys().next();
    if (cache.size > keysCachedMax && oldest.done !== true) cache.delete(oldest.value);
    return holder;
  };
  return async (key: string): Promise<Caller | null> => {
    const now = Date.now();
    const holder = await cached(sha256Hex(key), now);
    return holder === null || !isUsable(holder, now) ? null : toCaller(holder);
  };
}

function isUsable(holder: KeyHolder, now: number): boolean {
  if (holder.revoked_at !== null) return false;
  return holder.expires_at === null || Date.parse(holder.expires_at) > now;
}

function toCaller(holder: KeyHolder): Caller {
  return {
    user_id: holder.user_id,
    user_name: holder.user_name,
    role: holder.role,
    key_id: holder.key_id,
    key_name: holder.key_name,
    key_prefix: holder.key_prefix,
    key_expires_at: holder.expires_at,
  };
}

/** Lets only requests with a valid key pass, and remembers whose it is. */
export function authenticate(lookup: (key: string) => Promise<Caller | null>): RequestHandler {
  return async (request, response, next) => {
    const key = /^Bearer +(\S+) *$/i.exec(request.get("Authorization") ?? "")?.[1];
    const caller = key === undefined ? null : await lookup(key);
    if (caller === null) {
      response.setHeader("WWW-Authenticate", 'Bearer realm="everturn"');
      throw new Refusal(
        "unauthenticated",
        key === undefined
          ? "send it as `Authorization: Bearer <api key>`"
          : "the key is unknown, expired or revoked",
      );
    }
    response.locals["caller"] = caller;
    next();
  };
}
