// Collects the lines of a build's log and writes them in batches, so that a command with much output does not cost a
// transaction per line.
import { buildLogTailBytesMax } from "../../core/chat/limits.ts";
import { isOutage } from "../../platform/classify-failure.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Pool } from "../../store/database.ts";
import {
  appendBuildLog,
  type BuildAttempt,
  type BuildLogAddition,
} from "../../store/workspace/build-work.ts";

/** How long a line waits for others: readers look four times a second. */
const gatherMs = 200;
/** More than these of the last lines never fit the heartbeat's share anyway, unless they are very short. */
const recentLinesMax = 100;
/** Whoever writes faster than the database takes it waits from here on. */
const waitingBytesMax = 256 * 1024;

export interface BuildLogInput {
  readonly pool: Pool;
  readonly attempt: BuildAttempt;
  readonly logger: Logger;
}

export class BuildLog {
  readonly #input: BuildLogInput;
  #waiting: readonly string[] = [];
  #waitingBytes = 0;
  #followed: BuildLogAddition["followed"];
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();
  readonly #over = new AbortController();
  #isClosed = false;
  #recent: string[] = [];
  #count = 0;

  constructor(input: BuildLogInput) {
    this.#input = input;
  }

  /** Aborted when the build has ended or another attempt works on it: nothing more is stored. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Lines written so far by this attempt. */
  get count(): number {
    return this.#count;
  }

  /** The last lines, for the heartbeat. */
  get tail(): string {
    return lastBytes(this.#recent.slice(-recentLinesMax).join("\n"));
  }

  line(text: string): void {
    this.#add(text.split(/\r\n|\n|\r/));
  }

  /** Lines of a process's output, which they cover up to `bytes`. */
  output(lines: readonly string[], followed: { readonly key: string; readonly bytes: number }): void {
    this.#followed = followed;
    this.#add(lines);
  }

  /** Resolves when there is room for more lines. Rejects when the database does not take those that wait; may be asked again. */
  async room(): Promise<void> {
    if (this.#waitingBytes > waitingBytesMax) await this.flush();
  }

  /** Resolves when all lines are stored. Rejects when the database does not take them; may be asked again. */
  flush(): Promise<void> {
    // One after the other: lines must not overtake each other.
    this.#storing = this.#storing.catch(() => undefined).then(() => this.#store());
    return this.#storing;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #add(lines: readonly string[]): void {
    this.#count += lines.length;
    this.#recent = [...this.#recent, ...lines].slice(-recentLinesMax);
    this.#waiting = [...this.#waiting, ...lines];
    for (const line of lines) this.#waitingBytes += Buffer.byteLength(line) + 1;
    this.#later();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) => {
        const { logger, attempt } = this.#input;
        logger.warn(
          { err: error, build_id: attempt.build_id },
          "lines of a build's log wait for the database",
        );
        if (isOutage(error)) this.#later();
      });
    }, gatherMs);
  }

  async #store(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isClosed || this.over.aborted || (this.#waiting.length === 0 && this.#followed === undefined))
      return;
    const [lines, followed, bytes] = [this.#waiting, this.#followed, this.#waitingBytes];
    [this.#waiting, this.#followed, this.#waitingBytes] = [[], undefined, 0];
    try {
      const addition = { lines, ...(followed !== undefined && { followed }) };
      const isOwn = await appendBuildLog(this.#input.pool, this.#input.attempt, addition);
      if (!isOwn) this.#over.abort();
    } catch (error) {
      // They wait for the database to be back; what came meanwhile follows them.
      this.#waiting = [...lines, ...this.#waiting];
      this.#waitingBytes += bytes;
      this.#followed ??= followed;
      throw error;
    }
  }
}

/** The end of `text` that fits the heartbeat, from the beginning of a line. */
function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= buildLogTailBytesMax) return text;
  const end = bytes.subarray(-buildLogTailBytesMax).toString();
  return end.slice(end.indexOf("\n") + 1);
}
