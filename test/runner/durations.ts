// How long each test file took when that was last recorded: the longest begin first, so that no lane is left with one at the end.
import { readFileSync, writeFileSync } from "node:fs";

const RECORD = new URL("durations.json", import.meta.url);

/** Orders files, named from the root of the project, by their recorded seconds; an unknown one takes the median. */
export function longestFirst(files: readonly string[], seconds = readRecord()): string[] {
  const known = files.flatMap((file) => seconds[file] ?? []).toSorted((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)] ?? 0;
  const of = (file: string) => seconds[file] ?? median;
  return files.toSorted((a, b) => of(b) - of(a) || a.localeCompare(b));
}

/** Replaces the record by the files of this run. */
export function recordDurations(durationsMs: ReadonlyMap<string, number>): void {
  const sorted = [...durationsMs].toSorted(([a], [b]) => a.localeCompare(b));
  const seconds = Object.fromEntries(sorted.map(([file, ms]) => [file, Math.round(ms / 100) / 10]));
  writeFileSync(RECORD, `${JSON.stringify(seconds, null, 2)}\n`);
}

function readRecord(): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(RECORD, "utf8")) as Record<string, number>;
}
