// How much disk the workspace uses, measured while commands run and after them, and what is refused once it is too much.
import { execFile } from "node:child_process";
import { AgentError } from "./api.ts";

// While something runs. A program that writes 500 MB a second is 5 GB past the limit by then.
const measureEveryMs = 10_000;
// A measurement of a million files takes seconds. After one, none begins by itself for this many times as long.
const restPerMeasurement = 10;
const measurementMaxMs = 120_000;
// Whoever asks for a write gives up after 30 s.
const writeWaitsMaxMs = 5_000;
const bytesPerKib = 1_024;
const bytesPerMib = 1_024 * bytesPerKib;

export interface DiskLimitInput {
  /** Absolute; what lies in them counts, and nothing else. */
  readonly folders: readonly string[];
  readonly mib: number;
  /** Whether a command runs. */
  readonly isBusy: () => boolean;
  /**
   * Called when a measurement is above the limit and above the one before, with words for whoever reads the output of commands.
   * `sinceMs`: when the one before was begun. A command that ran then may have written; one that began later has done nothing.
   */
  readonly onExceeded: (words: string, sinceMs: number) => void;
}

export class DiskLimit {
  readonly #input: DiskLimitInput;
  /** Null until there was a measurement. */
  #measuredBytes: number | null = null;
  /** Bytes of writes that are still going on. */
  #beingWrittenBytes = 0;
  /** Bytes of writes that ended after the last measurement had begun, so that it may have missed them. */
  #writtenBytes = 0;
  /** When the last measurement was begun, in milliseconds since 1970. */
  #begunAtMs = 0;
  #restsUntil = 0;
  /** Until then, writes wait for no measurement: the last one failed, or a write has already waited for it in vain. */
  #writesWaitFrom = 0;
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> | null = null;

  constructor(input: DiskLimitInput) {
    this.#input = input;
    this.look();
  }

  /** A command has begun or ended: measures soon. */
  look(): void {
    this.#measureIn(0);
  }

  /**
   * Writes, if there is room. Throws `no_space` when these bytes are too many, by a measurement made then. If that takes too long
   * or fails, the one before counts; if there was none, it writes.
   */
  async write<Result>(bytes: number, effect: () => Promise<Result>): Promise<Result> {
    if (this.#measuredBytes === null || !this.#hasRoomFor(bytes)) {
      await this.#waitForMeasurement();
      if (!this.#hasRoomFor(bytes)) throw noSpace(this.#input.mib);
    }
    this.#beingWrittenBytes += bytes;
    try {
      return await effect();
    } finally {
      this.#beingWrittenBytes -= bytes;
      this.#writtenBytes += bytes;
    }
  }

  #hasRoomFor(bytes: number): boolean {
    const used = (this.#measuredBytes ?? 0) + this.#writtenBytes + this.#beingWrittenBytes;
    return used + bytes <= this.#input.mib * bytesPerMib;
  }

  async #waitForMeasurement(): Promise<void> {
    if (performance.now() < this.#writesWaitFrom) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#writesWaitFrom = Number.POSITIVE_INFINITY;
      resolve();
    }, writeWaitsMaxMs);
    await Promise.race([this.#measureAnew(), late]);
    clearTimeout(timer);
  }

  async #measureAnew(): Promise<void> {
    // A measurement under way may have begun before something was removed.
    await this.#measuring;
    if (performance.now() >= this.#writesWaitFrom) await this.#measure();
  }

  #measureIn(ms: number): void {
    clearTimeout(this.#timer);
    const wait = Math.max(ms, this.#restsUntil - performance.now());
    this.#timer = setTimeout(() => void this.#measure(), wait).unref();
  }

  #measure(): Promise<void> {
    this.#measuring ??= this.#measureOnce().finally(() => (this.#measuring = null));
    return this.#measuring;
  }

  async #measureOnce(): Promise<void> {
    const { folders, mib, isBusy, onExceeded } = this.#input;
    const began = performance.now();
    const writtenBefore = this.#writtenBytes;
    const before = this.#measuredBytes;
    const sinceMs = this.#begunAtMs;
    this.#begunAtMs = Date.now();
    const measured = await diskUsage(folders);
    if (measured !== null) {
      this.#measuredBytes = measured;
      this.#writtenBytes -= writtenBefore;
    }
    this.#restsUntil = performance.now() + restPerMeasurement * (performance.now() - began);
    this.#writesWaitFrom = measured === null ? this.#restsUntil : 0;
    if (!isBusy()) return;
    this.#measureIn(measureEveryMs);
    const hasGrown = before !== null && measured !== null && measured > before;
    if (hasGrown && measured > mib * bytesPerMib)
      onExceeded(`${noSpace(mib).message} The command was ended.`, sinceMs);
  }
}

/** Bytes on the disk, each file once whatever names it has; null when it cannot be measured. */
async function diskUsage(folders: readonly string[]): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<string>();
  // Files that vanish meanwhile, or may not be read, make it fail; the rest is in its output all the same.
  execFile("du", ["-skx", ...folders], { timeout: measurementMaxMs }, (_error, stdout) => resolve(stdout));
  const sizes = [...(await promise).matchAll(/^(\d+)\t/gm)].map(([, kib]) => Number(kib));
  return sizes.length === folders.length ? sizes.reduce((sum, kib) => sum + kib, 0) * bytesPerKib : null;
}

function noSpace(mib: number): AgentError {
  const hint = "Remove what is not needed, then try again.";
  return new AgentError("no_space", `The workspace may use ${mib} MiB of disk, and they are used up.`, hint);
}
