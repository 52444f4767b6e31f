// What a user may spend in a period, and whether it is spent (SPEC B3).

import type { LastError } from "../../core/chat/message.ts";
import { type LimitPeriod, limitPeriodAt } from "../../core/usage/limit-period.ts";
import { UsageLimitReached } from "../../core/usage/usage-limit-reached.ts";
import { prepared, type Queryable } from "../database.ts";

export interface UsageLimit {
  readonly limit_micros: number;
  readonly period: LimitPeriod;
}

/** A chat, read under its lock, with the limit of its owner. */
export interface LimitedChat {
  readonly owner_id: string;
  readonly owner_usage_limit?: UsageLimit | null;
}

/** A limit, and what its user has spent in the present period. */
export interface LimitUsage extends UsageLimit {
  readonly spent_micros: number;
  /** ISO 8601. */
  readonly resets_at: string;
}

/** A column for a query over users: their limit, null if they have none. */
export const USAGE_LIMIT_COLUMN = `case when usage_limit_micros is null then null
  else json_build_object('limit_micros', usage_limit_micros, 'period', usage_limit_period) end`;

/** The limit of a user: undefined if there is no such user, null if there is no limit. */
export async function readUsageLimit(db: Queryable, userId: string): Promise<UsageLimit | null | undefined> {
  const { rows } = await db.query<{ usage_limit: UsageLimit | null }>(
    `select ${USAGE_LIMIT_COLUMN} as usage_limit from users where id = $1 and deleted_at is null`,
    [userId],
  );
  return rows[0]?.usage_limit;
}

/** Sets a limit, or removes it (null). False if there is no such user. */
export async function setUsageLimit(
  db: Queryable,
  userId: string,
  limit: UsageLimit | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "update users set usage_limit_micros = $2, usage_limit_period = $3 where id = $1 and deleted_at is null",
    [userId, limit?.limit_micros ?? null, limit?.period ?? null],
  );
  return rowCount === 1;
}

/** What a user has spent in the period that contains `now_ms`. */
export async function readLimitUsage(
  db: Queryable,
  userId: string,
  { limit, now_ms }: { readonly limit: UsageLimit; readonly now_ms: number },
): Promise<LimitUsage> {
  const { start_ms, end_ms } = limitPeriodAt(limit.period, now_ms);
  const { rows } = await db.query<{ spent: string }>(
    prepared(
      "select coalesce(sum(cost_micros), 0)::text as spent from usage_days where user_id = $1 and day >= $2",
      [userId, new Date(start_ms).toISOString().slice(0, 10)],
    ),
  );
  const { limit_micros, period } = limit;
  const spent_micros = Number(rows[0]?.spent ?? 0);
  return { limit_micros, period, spent_micros, resets_at: new Date(end_ms).toISOString() };
}

/**
 * The limit that forbids a chat's owner another model call; null if nothing does. Queries the database only if the
 * owner has a limit, which a chat read under its lock says. Calls that are still running do not count yet, so racing
 * calls overshoot by what they cost, and no more.
 */
export async function limitReached(db: Queryable, chat: LimitedChat): Promise<LimitUsage | null> {
  const limit = chat.owner_usage_limit ?? null;
  if (limit === null) return null;
  const standing = await readLimitUsage(db, chat.owner_id, { limit, now_ms: Date.now() });
  return standing.spent_micros >= standing.limit_micros ? standing : null;
}

/**
 * Throws `Refusal` `usage_limit_reached` if the chat's owner may spend no more. The chat must have been read under its
 * lock.
 */
export async function refuseOverLimit(db: Queryable, chat: LimitedChat): Promise<void> {
  const reached = await limitReached(db, chat);
  if (reached !== null) throw new UsageLimitReached(wordsOf(reached), reached.resets_at);
}

/** How a turn ends that reaches the limit on its way. */
export function usageLimitError(reached: LimitUsage): LastError {
  return {
    message: wordsOf(reached),
    kind: "usage_limit",
    provider: null,
    retryable: false,
    status_code: null,
    detail: null,
    resets_at: reached.resets_at,
  };
}

function wordsOf({ period, resets_at }: LimitUsage): string {
  return `The usage limit of this ${period} is reached. It starts anew at ${resets_at}.`;
}
