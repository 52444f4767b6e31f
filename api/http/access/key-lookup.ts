// Looks up the API key of a request by its hash (SPEC A1).
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Logger } from "../../../platform/logger.ts";
import { sha256Hex } from "../../../platform/secrets/crypto.ts";
import { findKeyHolder, type KeyHolder, touchApiKey } from "../../../store/access/api-keys.ts";
import type { Pool } from "../../../store/database.ts";
import { addressOf, bearerOf, type Recognise } from "./authenticate.ts";
import type { Caller } from "./caller.ts";
import { createHolderCache } from "./holder-cache.ts";

/** A key that is made outside, such as the environment's, is unknown for so long at most. */
const unknownMs = 10_000;

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

export function createKeyLookup(
  pool: Pool,
  logger: Logger,
  { wrongKeysPerMinuteMax }: { readonly wrongKeysPerMinuteMax: number },
): KeyLookup {
  const holders = createHolderCache<KeyHolder>({
    async load(hash) {
      const holder = await findKeyHolder(pool, hash);
      if (holder === null) return null;
      touchApiKey(pool, holder.key_id).catch((error: unknown) => {
        logger.warn({ err: error }, "could not note the use of an API key");
      });
      return holder;
    },
    unknownMs,
    wrongPerMinuteMax: wrongKeysPerMinuteMax,
    tooMany: (waitMs) => new TooManyWrongKeys(waitMs),
  });
  return {
    async find(key, address = "") {
      const holder = await holders.find(sha256Hex(key), address);
      return holder === null || !isUsable(holder, Date.now()) ? null : toCaller(holder);
    },
    forget: () => holders.forget(),
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
