// The API speaks HTTP and the store; this file: a user's limit as clients are shown it.
import type { Queryable } from "../../store/database.ts";
import { type LimitUsage, readLimitUsage, type UsageLimit } from "../../store/usage/usage-limits.ts";

const UNLIMITED = { limit_micros: null, period: null, spent_micros: null, resets_at: null };

/** The limit with where its user stands; all null when there is none. */
export async function showUsageLimit(
  db: Queryable,
  userId: string,
  limit: UsageLimit | null,
): Promise<LimitUsage | typeof UNLIMITED> {
  return limit === null ? UNLIMITED : readLimitUsage(db, userId, { limit, now_ms: Date.now() });
}
