// The periods that people choose, as the days that the server is asked for. Days are those of UTC, as in the report.

export type Range = "7-days" | "30-days" | "month" | "year" | "own";

export const RANGES: readonly (readonly [Range, string])[] = [
  ["7-days", "Last 7 days"],
  ["30-days", "Last 30 days"],
  ["month", "This month"],
  ["year", "Last 12 months"],
  ["own", "Other days"],
];

/** `to` is the first moment that does not count. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const dayMs = 86_400_000;

/** @returns null while an own range is not complete, or its end is before its beginning */
export function periodOf(
  range: Range,
  own: { readonly from: string; readonly to: string },
  now: Date,
): Period | null {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const until = today + dayMs;
  switch (range) {
    case "7-days":
      return between(until - 7 * dayMs, until);
    case "30-days":
      return between(until - 30 * dayMs, until);
    case "month":
      return between(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1), until);
    case "year":
      return between(until - 365 * dayMs, until);
    case "own":
      return ownPeriod(Date.parse(own.from), Date.parse(own.to));
  }
}

function ownPeriod(from: number, last: number): Period | null {
  return Number.isNaN(from) || Number.isNaN(last) || last < from ? null : between(from, last + dayMs);
}

function between(from: number, to: number): Period {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** Every day of the period, as the report names days. */
export function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += dayMs)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
