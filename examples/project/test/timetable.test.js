import assert from "node:assert/strict";
import { test } from "node:test";
import { expandDays } from "../src/days.js";
import { nextDepartures } from "../src/next-departures.js";
import { parseTimetable } from "../src/parse-timetable.js";

const timetable = parseTimetable(`
# Central stop
4  | Harbour | Mo-Fr | 07:10 07:40 08:10
11 | Airport | Mo-Su | 07:30 24:15
`);

test("the next departures come from all lines, earliest first", () => {
  const found = nextDepartures(timetable, { day: "Mo", time: "07:20", limit: 2 });
  assert.deepEqual(
    found.map((departure) => departure.time),
    ["07:30", "07:40"],
  );
});

test("a line that does not run on a day is left out", () => {
  const found = nextDepartures(timetable, { day: "Su", time: "00:00" });
  assert.deepEqual(
    found.map((departure) => departure.line),
    ["11", "11"],
  );
});

test("ranges of days run over the end of the week", () => {
  assert.deepEqual(expandDays("Sa-Mo"), ["Sa", "Su", "Mo"]);
});
