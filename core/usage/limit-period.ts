// The periods of usage limits in the UTC calendar. Weeks start on Monday.

export const LIMIT_PERIODS = ["day", "week", "month"] as const;
export type LimitPeriod = (typeof LIMIT_PERIODS)[number];

const dayMs = 24 * 3_600_000;

/** The period that contains a moment, in milliseconds since 1970: from `start_ms` up to, but not including, `end_ms`. */
export function limitPeriodAt(period: LimitPeriod, at_ms: number): { start_ms: number; end_ms: number } {
  const at = new Date(at_ms);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (period) {
    case "day": {
      const start_ms = Date.UTC(year, month, day);
      return { start_ms, end_ms: start_ms + dayMs };
    }
    case "week": {
      const sinceMonday = (at.getUTCDay() + 6) % 7;
      const start_ms = Date.UTC(year, month, day - sinceMonday);
      return { start_ms, end_ms: start_ms + 7 * dayMs };
    }
    case "month":
      return { start_ms: Date.UTC(year, month, 1), end_ms: Date.UTC(year, month + 1, 1) };
  }
}
