// The periods of the usage page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { daysOf, periodOf } from "./period.ts";

const now = new Date("2026-03-02T23:30:00.000Z");
const none = { from: "", to: "" };

test("B3 the last seven days include today, and end with it", () => {
  const period = periodOf("7-days", none, now);
  assert.deepEqual(period, { from: "2026-02-24T00:00:00.000Z", to: "2026-03-03T00:00:00.000Z" });
  assert.equal(period && daysOf(period).length, 7);
  assert.deepEqual(periodOf("month", none, now)?.from, "2026-03-01T00:00:00.000Z");
});

test("B3 an own range counts its last day, and is nothing while it is not complete or upside down", () => {
  const own = { from: "2026-02-27", to: "2026-03-01" };
  const period = periodOf("own", own, now);
  assert.deepEqual(period && daysOf(period), ["2026-02-27", "2026-02-28", "2026-03-01"]);
  assert.equal(periodOf("own", { ...own, to: "" }, now), null);
  assert.equal(periodOf("own", { from: "2026-03-02", to: "2026-03-01" }, now), null);
});
