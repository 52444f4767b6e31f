// Remembers for a moment whose a key or a session is, and slows down whoever guesses them, at no cost for others.
import { createTries, remember } from "./tries.ts";

/** A change that was not announced is noticed within this time. Without the cache, each request would cost a query. */
const knownMs = 10_000;
/** Known and unknown proofs are remembered separately, at most this many of each. The oldest goes first. */
const rememberedMax = 10_000;

export interface HolderCache<Holder> {
  /**
   * Whose the proof with this hash is; null if nobody knows it.
   * @throws what `tooMany` gives, and what `load` throws
   */
  find(hash: string, address: string): Promise<Holder | null>;
  /** Something has changed: nothing that was remembered of known proofs counts any more. */
  forget(): void;
}

export interface HolderCacheInput<Holder> {
  readonly load: (hash: string) => Promise<Holder | null>;
  /** An unknown proof is not looked up again within this time. */
  readonly unknownMs: number;
  /** Unknown proofs of an address. */
  readonly wrongPerMinuteMax: number;
  /** For an address that has tried too many. */
  readonly tooMany: (waitMs: number) => Error;
}

interface Cached<Holder> {
  readonly until: number;
  readonly holder: Holder;
}

/**
 * Unknown proofs do not push out known ones, and an address that tries many of them must wait. One that repeats the same proof
 * tries it once, and while the database is down nobody tries anything. A proof that was good once is looked up whatever its
 * address has tried.
 */
export function createHolderCache<Holder>(input: HolderCacheInput<Holder>): HolderCache<Holder> {
  const known = new Map<string, Cached<Holder>>();
  const unknown = new Map<string, number>();
  const asked = new Map<string, Promise<Holder | null>>();
  const tries = createTries(input.wrongPerMinuteMax);
  /** A change during a look must not be lost. */
  let changes = 0;
  const load = async (hash: string): Promise<Holder | null> => {
    const before = changes;
    const holder = await input.load(hash);
    const isCurrent = before === changes;
    known.delete(hash);
    if (holder === null) {
      const value = isCurrent ? Date.now() + input.unknownMs : 0;
      remember(unknown, { key: hash, value, max: rememberedMax });
      return null;
    }
    const until = isCurrent ? Date.now() + knownMs : 0;
    remember(known, { key: hash, value: { until, holder }, max: rememberedMax });
    return holder;
  };
  /** A burst of requests with one proof makes one query. */
  const loadOnce = (hash: string): Promise<Holder | null> => {
    const underWay = asked.get(hash);
    if (underWay !== undefined) return underWay;
    const loading = load(hash).finally(() => {
      if (asked.get(hash) === loading) asked.delete(hash);
    });
    asked.set(hash, loading);
    return loading;
  };
  return {
    async find(hash, address) {
      const now = Date.now();
      const cached = known.get(hash);
      if (cached !== undefined && cached.until > now) return cached.holder;
      if ((unknown.get(hash) ?? 0) > now) return null;
      if (cached !== undefined || asked.has(hash)) return loadOnce(hash);
      // Counted before the result is known, so that a thousand tries at once are not a thousand queries.
      const takeBack = tries.begin(address, now, input.tooMany);
      let isWrong = false;
      try {
        const holder = await loadOnce(hash);
        isWrong = holder === null;
        return holder;
      } finally {
        // A proof that nobody could look up was not a wrong one.
        if (!isWrong) takeBack();
      }
    },
    forget() {
      changes += 1;
      asked.clear();
      // Proofs stay known, so that nobody whose address tried wrong ones is locked out: they are only looked up anew.
      for (const [hash, { holder }] of known) known.set(hash, { holder, until: 0 });
    },
  };
}
