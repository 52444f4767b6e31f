import { formatTime, parseTime } from "./time.js";

/** The next departures of a day after a time, earliest first. */
export function nextDepartures(timetable, { day, time, limit = 5 }) {
  const from = parseTime(time);
  return timetable
    .filter((entry) => entry.days.includes(day))
    .flatMap((entry) => entry.minutes.map((minute) => ({ ...entry, minute })))
    .filter((departure) => departure.minute >= from)
    .sort((a, b) => a.minute - b.minute)
    .slice(0, limit)
    .map(({ line, destination, minute }) => ({ line, destination, time: formatTime(minute) }));
}
