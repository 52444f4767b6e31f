import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { LIMIT_PERIODS, type LimitPeriod, limitPeriodAt } from "./limit-period.ts";

function periodAt(period: LimitPeriod, at: string): string {
  const { start_ms, end_ms } = limitPeriodAt(period, Date.parse(at));
  return `${new Date(start_ms).toISOString()} ${new Date(end_ms).toISOString()}`;
}

test("B3 periods are those of the calendar in UTC", () => {
  assert.equal(
    periodAt("day", "2026-03-01T23:59:59.999Z"),
    "2026-03-01T00:00:00.000Z 2026-03-02T00:00:00.000Z",
  );
  assert.equal(
    periodAt("month", "2026-12-31T12:00:00Z"),
    "2026-12-01T00:00:00.000Z 2027-01-01T00:00:00.000Z",
  );
  assert.equal(
    periodAt("month", "2028-02-29T00:00:00Z"),
    "2028-02-01T00:00:00.000Z 2028-03-01T00:00:00.000Z",
  );
});

test("B3 weeks begin on Monday, over the turn of a year, too", () => {
  const week = "2026-12-28T00:00:00.000Z 2027-01-04T00:00:00.000Z";
  assert.equal(periodAt("week", "2026-12-28T00:00:00Z"), week);
  assert.equal(periodAt("week", "2027-01-03T23:59:59.999Z"), week);
  assert.equal(periodAt("week", "2027-01-04T00:00:00Z").slice(0, 10), "2027-01-04");
});

test("B3 any moment is in its period, and the next period begins where it ends", () => {
  const moment = fc.integer({ min: 0, max: Date.parse("2200-01-01T00:00:00Z") });
  fc.assert(
    fc.property(moment, fc.constantFrom(...LIMIT_PERIODS), (at, period) => {
      const { start_ms, end_ms } = limitPeriodAt(period, at);
      assert.ok(start_ms <= at && at < end_ms);
      assert.deepEqual(limitPeriodAt(period, start_ms), { start_ms, end_ms });
      assert.deepEqual(limitPeriodAt(period, end_ms - 1), { start_ms, end_ms });
      assert.equal(limitPeriodAt(period, end_ms).start_ms, end_ms);
      if (period === "week") assert.equal(new Date(start_ms).getUTCDay(), 1);
    }),
  );
});
