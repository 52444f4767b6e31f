import { expandDays } from "./days.js";
import { parseTime } from "./time.js";

/**
 * Reads a timetable, one line of text per bus line: `4 | Harbour | Mo-Fr | 07:10 07:40`.
 * Empty lines and lines that begin with # are left out.
 */
export function parseTimetable(text) {
  return text
    .split("\n")
    .map((row) => row.trim())
    .filter((row) => row !== "" && !row.startsWith("#"))
    .map(parseRow);
}

function parseRow(row) {
  const cells = row.split("|").map((cell) => cell.trim());
  if (cells.length !== 4) throw new Error(`expected 4 cells, got ${cells.length}: ${row}`);
  const [line, destination, days, times] = cells;
  return { line, destination, days: expandDays(days), minutes: times.split(/\s+/).map(parseTime) };
}
