// What was typed before: kept in a file that only its owner can read.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Lines in the file; what is older is forgotten. */
const historyLinesMax = 1_000;
const historyLineCharsMax = 20_000;

/** Where state of programs belongs (XDG Base Directory). */
export function historyFile(env: NodeJS.ProcessEnv): string {
  const state = env["XDG_STATE_HOME"] || join(env["HOME"] || homedir(), ".local", "state");
  return join(state, "everturn", "chat-history");
}

export class InputHistory {
  readonly #file: string | null;
  #lines: string[];
  /** How far back the arrow has gone; 0: not at all. */
  #back = 0;
  /** What was being typed before the arrow was pressed. */
  #draft = "";

  /** @param file null: nothing is kept */
  constructor(file: string | null) {
    this.#file = file;
    this.#lines = file === null ? [] : readLines(file);
  }

  add(line: string): void {
    this.#back = 0;
    if (this.#lines.at(-1) === line || line.length > historyLineCharsMax) return;
    this.#lines = [...this.#lines, line].slice(-historyLinesMax);
    if (this.#file !== null) writeLines(this.#file, this.#lines);
  }

  /** The line one step back or forth; null where there is none. */
  step(way: "up" | "down", now: string): string | null {
    if (this.#back === 0) this.#draft = now;
    const back = this.#back + (way === "up" ? 1 : -1);
    if (back < 0 || back > this.#lines.length) return null;
    this.#back = back;
    return back === 0 ? this.#draft : (this.#lines.at(-back) ?? null);
  }

  leave(): void {
    this.#back = 0;
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line): string[] => {
        const value: unknown = line === "" ? null : JSON.parse(line);
        return typeof value === "string" ? [value] : [];
      });
  } catch {
    // There is none yet, or somebody has changed it.
    return [];
  }
}

/** One JSON string a line, because messages may have line breaks. Where it cannot be written, nothing is kept. */
function writeLines(file: string, lines: readonly string[]): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { mode: 0o600 });
    chmodSync(file, 0o600);
  } catch {
    // A history is a comfort: a full disk must not end the chat.
  }
}
