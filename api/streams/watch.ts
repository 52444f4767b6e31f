// What a replica knows of one thing that is followed (a chat, a user's chats, a build), read once for all its readers. The
// bus says when to look, and a timer looks again because the bus may lose messages.
import type { BusMessage, BusTopic, LiveBus } from "../../core/stream/bus-message.ts";
import type { Logger } from "../../platform/logger.ts";
import { CoalescedRead } from "./coalesced-read.ts";
import { type Frames, StreamLog, type StreamLogLimits } from "./stream-log.ts";
import type { CatchUp, Readable, ReaderStep, WatchEnd, WatchReader } from "./stream-reader.ts";

export interface WatchInput {
  /** What is followed, for log lines. */
  readonly about: Readonly<Record<string, string>>;
  readonly logger: Pick<Logger, "warn">;
  readonly log: StreamLogLimits;
  /** Looks that fail in a row before readers are sent elsewhere, and the wait between them. */
  readonly failuresMax: number;
  readonly retryMs: number;
}

/** If the bus takes longer to connect, readers do not wait for it: the watch looks again once it is connected. */
const busPatienceMs = 1_000;

export abstract class Watch<Place, Batch extends Frames> implements Readable<Place, Batch> {
  protected readonly log: StreamLog<Batch>;
  readonly #input: WatchInput;
  readonly #readers = new Set<WatchReader>();
  readonly #looks = new CoalescedRead(() => this.look());
  /** Called once, at the end. */
  readonly #leave: (() => void)[] = [];
  #started: Promise<void> | null = null;
  #quiet: { readonly look: Promise<void>; readonly done: Promise<void> } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended: WatchEnd | null = null;

  constructor(input: WatchInput) {
    this.#input = input;
    this.log = new StreamLog(input.log);
  }

  abstract next(place: Place): ReaderStep<Place, Batch>;
  abstract catchUp(place: Place): Promise<CatchUp<Place, Batch>> | CatchUp<Place, Batch>;

  /** Reads what may have changed. Throws when that fails. */
  protected abstract look(): Promise<void>;

  /** Time until the timer looks again; null: there is nothing more to see. */
  protected abstract lookEveryMs(): number | null;

  /** Resolves when readers can be told something. Rejects when the first look fails: then the watch is of no use. */
  get ready(): Promise<void> {
    return this.#started ?? Promise.resolve();
  }

  /** Why the watch has ended; null while it lives. */
  get ended(): WatchEnd | null {
    return this.#ended;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  attach(reader: WatchReader): void {
    this.#readers.add(reader);
  }

  detach(reader: WatchReader): void {
    this.#readers.delete(reader);
  }

  /** Ends all readers, and the watch's own work. */
  close(reason: WatchEnd): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    clearTimeout(this.#timer);
    for (const leave of this.#leave) leave();
    for (const reader of this.#readers) reader.end(reason);
    this.#readers.clear();
  }

  /** Resolves when a look that began after this call has been taken in. Throws when it fails. */
  refresh(): Promise<void> {
    return this.#looks.run();
  }

  warn(error: unknown, words: string): void {
    this.#input.logger.warn({ err: error, ...this.#input.about }, words);
  }

  /** Subscribes to the bus, then looks for the first time, so that nothing published in between is missed. */
  protected start(bus: LiveBus, topic: BusTopic, hear: (message: BusMessage) => void): void {
    const heard = bus.subscribe(topic, hear);
    this.#leave.push(
      heard.end,
      bus.onReconnect(() => this.lookAgain()),
    );
    this.#started = this.#begin(heard.listening);
    this.#started.catch(() => this.close("retry"));
  }

  async #begin(listening: Promise<void>): Promise<void> {
    const patience = Promise.withResolvers<"late">();
    const timer = setTimeout(patience.resolve, busPatienceMs, "late");
    const first = await Promise.race([listening, patience.promise]);
    clearTimeout(timer);
    if (first === "late") void listening.then(() => this.lookAgain());
    if (this.#ended !== null) return;
    await this.refresh();
    await this.begun();
    this.arm();
  }

  /** What else readers wait for at the beginning. */
  protected begun(): Promise<void> {
    return Promise.resolve();
  }

  /** The bus was away: something may have been missed. */
  protected lookAgain(): void {
    void this.lookQuietly();
  }

  protected get looking(): boolean {
    return this.#looks.running;
  }

  /** Whether the newest look has failed. */
  protected get failing(): boolean {
    return this.#looks.failures > 0;
  }

  protected onClose(leave: () => void): void {
    this.#leave.push(leave);
  }

  /** Looks, and again if it fails. After too many failures in a row, readers are sent away. Never rejects. */
  protected lookQuietly(): Promise<void> {
    if (this.#ended !== null) return Promise.resolve();
    const look = this.#looks.run();
    // Callers that ask during a look share it, and its failure counts once.
    if (this.#quiet?.look !== look) {
      this.#quiet = { look, done: look.catch((error: unknown) => this.#failed(error)) };
    }
    return this.#quiet.done;
  }

  #failed(error: unknown): void {
    const { failuresMax, retryMs } = this.#input;
    const { failures } = this.#looks;
    if (this.#ended !== null) return;
    if (failures === 1) this.warn(error, "what a stream tells could not be read");
    if (failures >= failuresMax) this.close("retry");
    else this.arm(retryMs);
  }

  protected arm(ms = this.lookEveryMs()): void {
    clearTimeout(this.#timer);
    if (ms === null || this.#ended !== null) return;
    const timer = setTimeout(() => {
      void this.tick().then(() => {
        // A look that failed has set the timer already.
        if (this.#timer === timer) this.arm();
      });
    }, ms);
    this.#timer = timer;
  }

  protected tick(): Promise<void> {
    return this.lookQuietly();
  }

  /** Tells readers everything that one look or message brought. A reader that catches up meanwhile finds it in the log. */
  protected tell(batches: readonly Batch[]): void {
    if (batches.length === 0) return;
    for (const batch of batches) this.log.append(batch);
    this.wakeReaders();
    this.rested();
  }

  protected wakeReaders(): void {
    for (const reader of this.#readers) reader.wake();
  }

  /** What readers are being told is outdated: all of them catch up from their places. */
  protected restartReaders(): void {
    this.log.invalidate();
    for (const reader of this.#readers) reader.restart();
  }

  /** Keeps in the log what busy readers still need. A reader that is not busy has taken everything. */
  rested(): void {
    for (const reader of this.#readers) if (reader.busy) return this.log.trim();
    this.log.forget();
  }
}
