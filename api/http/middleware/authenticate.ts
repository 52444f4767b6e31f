// Looks up the API key of a request by its hash (SPEC A1).
import type { Request, RequestHandler, Response } from "express";
import { ipKeyGenerator } from "express-rate-limit";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Logger } from "../../../platform/logger.ts";
import { sha256Hex } from "../../../platform/secrets/crypto.ts";
import { findKeyHolder, type KeyHolder, touchApiKey } from "../../../store/access/api-keys.ts";
import type { Pool } from "../../../store/database.ts";
import type { Caller } from "../caller.ts";

/** A revoked key may work for this long at most. Without the cache, each request would cost a query. */
const keyCacheMs = 10_000;
/** Valid and unknown keys are remembered separately, at most this many of each. The oldest goes first. */
const keysCachedMax = 10_000;
const wrongKeysWindowMs = 60_000;
/** Addresses that tried wrong keys recently. */
const addressesCountedMax = 10_000;

interface CachedKey {
  readonly until: number;
  readonly holder: KeyHolder;
}

/** An address tried too many unknown keys: no more are looked up for it. */
class TooManyWrongKeys extends Refusal {
  readonly retry_after_s: number;
  constructor(retryAfterMs: number) {
    super("rate_limited", "too many unknown keys from this address");
    this.retry_after_s = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  }
}

export function callerOf(response: Response): Caller | undefined {
  return response.locals["caller"] as Caller | undefined;
}

/**
 * Finds the user of a key; null for unknown, expired and revoked keys.
 *
 * Guessing keys is slow, at no cost for others: unknown keys are remembered separately, so they do not push out valid ones, and an
 * address that tries many of them must wait. A key that was valid once is looked up whatever its address has tried.
 * @throws TooManyWrongKeys, and what the database throws when it is down
 */
export function createKeyLookup(pool: Pool, logger: Logger, { wrongKeysPerMinuteMax }: WrongKeyLimit) {
  const known = new Map<string, CachedKey>();
  const unknown = new Map<string, number>();
  const asked = new Map<string, Promise<KeyHolder | null>>();
  const tries = createTries(wrongKeysPerMinuteMax);
  const load = async (hash: string): Promise<KeyHolder | null> => {
    const holder = await findKeyHolder(pool, hash);
    const until = Date.now() + keyCacheMs;
    known.delete(hash);
    if (holder === null) {
      remember(unknown, { key: hash, value: until, max: keysCachedMax });
      return null;
    }
    remember(known, { key: hash, value: { until, holder }, max: keysCachedMax });
    touchApiKey(pool, holder.key_id).catch((error: unknown) => {
      logger.warn({ err: error }, "could not note the use of an API key");
    });
    return holder;
  };
  /** A burst of requests with one key makes one query. */
  const loadOnce = (hash: string): Promise<KeyHolder | null> => {
    const underWay = asked.get(hash);
    if (underWay !== undefined) return underWay;
    const loading = load(hash).finally(() => asked.delete(hash));
    asked.set(hash, loading);
    return loading;
  };
  const find = async (hash: string, address: string): Promise<KeyHolder | null> => {
    const now = Date.now();
    const cached = known.get(hash);
    if (cached !== undefined && cached.until > now) return cached.holder;
    if ((unknown.get(hash) ?? 0) > now) return null;
    if (cached !== undefined || asked.has(hash)) return loadOnce(hash);
    // Counted before the result is known, so that a thousand tries at once are not a thousand queries.
    const takeBack = tries.begin(address, now);
    const holder = await loadOnce(hash);
    if (holder !== null) takeBack();
    return holder;
  };
  return async (key: string, address = ""): Promise<Caller | null> => {
    const holder = await find(sha256Hex(key), address);
    return holder === null || !isUsable(holder, Date.now()) ? null : toCaller(holder);
  };
}

interface WrongKeyLimit {
  readonly wrongKeysPerMinuteMax: number;
}

/** Counts tries by address and minute. `begin` throws when there were too many, and returns a function that takes the try back. */
function createTries(max: number) {
  const windows = new Map<string, { count: number; readonly endsAt: number }>();
  return {
    begin(address: string, now: number): () => void {
      let window = windows.get(address);
      if (window === undefined || window.endsAt <= now) {
        window = { count: 0, endsAt: now + wrongKeysWindowMs };
        windows.delete(address);
        remember(windows, { key: address, value: window, max: addressesCountedMax });
      }
      if (window.count >= max) throw new TooManyWrongKeys(window.endsAt - now);
      window.count += 1;
      const counted = window;
      return () => {
        counted.count -= 1;
      };
    },
  };
}

function remember<Value>(
  map: Map<string, Value>,
  { key, value, max }: { readonly key: string; readonly value: Value; readonly max: number },
): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > max && oldest.done !== true) map.delete(oldest.value);
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

function sayWhen(response: Response): (error: unknown) => never {
  return (error) => {
    if (error instanceof TooManyWrongKeys) response.setHeader("Retry-After", String(error.retry_after_s));
    throw error;
  };
}

/** The address that a request counts for. An IPv6 client has a whole network of addresses, which counts as one. */
export function addressOf(request: Request): string {
  return ipKeyGenerator(request.ip ?? "");
}

/** Lets only requests with a valid key pass, and remembers whose it is. */
export function authenticate(
  lookup: (key: string, address: string) => Promise<Caller | null>,
): RequestHandler {
  return async (request, response, next) => {
    const key = /^Bearer +(\S+) *$/i.exec(request.get("Authorization") ?? "")?.[1];
    const caller = key === undefined ? null : await lookup(key, addressOf(request)).catch(sayWhen(response));
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
