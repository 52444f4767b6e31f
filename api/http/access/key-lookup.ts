// Looks up the API key of a request by its hash (SPEC A1).
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Logger } from "../../../platform/logger.ts";
import { sha256Hex } from "../../../platform/secrets/crypto.ts";
import { findKeyHolder, type KeyHolder, touchApiKey } from "../../../store/access/api-keys.ts";
import type { Pool } from "../../../store/database.ts";
import { addressOf, bearerOf, type Recognise } from "./authenticate.ts";
import type { Caller } from "./caller.ts";
import { createTries, remember } from "./wrong-tries.ts";

/** A change that was not announced is noticed within this time. Without the cache, each request would cost a query. */
const keyCacheMs = 10_000;
/** Valid and unknown keys are remembered separately, at most this many of each. The oldest goes first. */
const keysCachedMax = 10_000;

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

export interface KeyLookup {
  /**
   * The user of a key; null for unknown, expired and revoked keys, and those of users who are suspended or deleted.
   * @throws TooManyWrongKeys, and what the database throws when it is down
   */
  find(key: string, address?: string): Promise<Caller | null>;
  /** Users or keys have changed: nothing that was remembered of valid keys counts any more. */
  forget(): void;
}

/**
 * Guessing keys is slow, at no cost for others: unknown keys are remembered separately, so they do not push out valid ones, and
 * an address that tries many of them must wait. A key that was valid once is looked up whatever its address has tried.
 */
export function createKeyLookup(
  pool: Pool,
  logger: Logger,
  { wrongKeysPerMinuteMax }: { readonly wrongKeysPerMinuteMax: number },
): KeyLookup {
  const known = new Map<string, CachedKey>();
  const unknown = new Map<string, number>();
  const asked = new Map<string, Promise<KeyHolder | null>>();
  const tries = createTries(wrongKeysPerMinuteMax);
  /** A change while a key is being looked up must not be lost. */
  let changes = 0;
  const load = async (hash: string): Promise<KeyHolder | null> => {
    const before = changes;
    const holder = await findKeyHolder(pool, hash);
    const until = before === changes ? Date.now() + keyCacheMs : 0;
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
    const loading = load(hash).finally(() => {
      if (asked.get(hash) === loading) asked.delete(hash);
    });
    asked.set(hash, loading);
    return loading;
  };
  const holderOf = async (hash: string, address: string): Promise<KeyHolder | null> => {
    const now = Date.now();
    const cached = known.get(hash);
    if (cached !== undefined && cached.until > now) return cached.holder;
    if ((unknown.get(hash) ?? 0) > now) return null;
    if (cached !== undefined || asked.has(hash)) return loadOnce(hash);
    // Counted before the result is known, so that a thousand tries at once are not a thousand queries.
    const takeBack = tries.begin(address, now, (waitMs) => new TooManyWrongKeys(waitMs));
    const holder = await loadOnce(hash);
    if (holder !== null) takeBack();
    return holder;
  };
  return {
    async find(key, address = "") {
      const holder = await holderOf(sha256Hex(key), address);
      return holder === null || !isUsable(holder, Date.now()) ? null : toCaller(holder);
    },
    forget() {
      changes += 1;
      asked.clear();
      // The keys stay known, so that nobody whose address tried wrong keys is locked out: they are only looked up anew.
      for (const [hash, { holder }] of known) known.set(hash, { holder, until: 0 });
    },
  };
}

function isUsable(holder: KeyHolder, now: number): boolean {
  if (holder.revoked_at !== null || !holder.user_is_active) return false;
  return holder.expires_at === null || Date.parse(holder.expires_at) > now;
}

function toCaller(holder: KeyHolder): Caller {
  return {
    user: { id: holder.user_id, name: holder.user_name, role: holder.role },
    scope: holder.scope,
    by: {
      type: "key",
      key_id: holder.key_id,
      key_name: holder.key_name,
      key_prefix: holder.key_prefix,
      expires_at: holder.expires_at,
    },
  };
}

/** Recognises requests that bring an API key as a bearer token. */
export function recogniseKeys({ find }: Pick<KeyLookup, "find">): Recognise {
  return async (request, response) => {
    const key = bearerOf(request);
    if (key === null) return null;
    const caller = await find(key, addressOf(request)).catch((error: unknown) => {
      if (error instanceof TooManyWrongKeys) response.setHeader("Retry-After", String(error.retry_after_s));
      throw error;
    });
    return caller ?? { refused: "the key is unknown, expired or revoked, or its user is suspended" };
  };
}
