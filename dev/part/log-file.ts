// Dev holds the embedded stack: each part writes to a log file of its own in the data folder.
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

// A log is looked at by people; the one before is kept, older ones are not.
const LOG_BYTES_MAX = 10 * 1024 * 1024;
const TAIL_LINES_MAX = 20;

export interface LogFile {
  readonly path: string;
  write(chunk: Buffer | string): void;
  /** The last lines of this run, for error messages. */
  tail(): string;
}

/** Opens a log file for appending; a large one is put aside as `.1` first. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  let lines: string[] = [];
  return {
    path,
    write(chunk) {
      lines = [
        ...lines,
        ...String(chunk)
          .split("\n")
          .filter((line) => line !== ""),
      ].slice(-TAIL_LINES_MAX);
      try {
        appendFileSync(path, chunk, { mode: 0o600 });
      } catch {
        // The folder may be wiped while the last lines come in; a part must not fail for its log.
      }
    },
    tail: () => lines.join("\n"),
  };
}
