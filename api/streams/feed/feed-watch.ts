// The API speaks HTTP and the store; this file: the watch over one user's chats, shared by all readers of the feed at this
// replica. The bus says what to read at once; a poll finds what the bus has lost, with one statement for all readers.

import { feedResumeMs } from "../../../core/chat/limits.ts";
import type { ChatChanged, ChatDeleted, ChatRead } from "../../../core/stream/bus-message.ts";
import type { ChatLinks } from "../../../store/row/to-wire.ts";
import type { FeedChanges, FeedChatRow } from "../../../store/stream/feed-chats.ts";
import { CoalescedRead } from "../coalesced-read.ts";
import { encodeFrame } from "../sse-frame.ts";
import type { Frames } from "../sse-writer.ts";
import { encodeFeedCursor } from "./feed-cursor.ts";
import { batchesOf, FeedLog } from "./feed-log.ts";
import { type FeedEvent, FeedModel, feedOverlapMs } from "./feed-model.ts";

/** More changes in one look are not told one by one: all readers start anew. */
const changesMax = 500;
/** Looks that fail in a row before readers are sent elsewhere. */
const failuresMax = 5;

export interface FeedSource {
  /** @param sinceMs null: as far back as a feed is resumed */
  readChanges(sinceMs: number | null, limit: number): Promise<FeedChanges>;
  readNewest(): Promise<readonly FeedChatRow[]>;
  readChats(ids: readonly string[]): Promise<readonly FeedChatRow[]>;
}

export interface FeedWatchInput {
  readonly ownerId: string;
  readonly source: FeedSource;
  readonly links: ChatLinks;
  /** The bus is listened to: what is read from then on misses nothing. */
  readonly listening: Promise<void>;
  /** Between two looks. */
  readonly pollMs: number;
  readonly onFailed: (error: unknown) => void;
}

/** What a reader is sent next, and where it stands then. */
export interface FeedStep {
  readonly batches: readonly Frames[];
  readonly position: number;
}

export class FeedWatch {
  /** Rejects when the first look fails; then the watch is of no use. */
  readonly ready: Promise<void>;
  readonly #input: FeedWatchInput;
  readonly #model: FeedModel;
  readonly #log = new FeedLog();
  readonly #readers = new Set<() => void>();
  /** Chats that are to be read. */
  readonly #wanted = new Set<string>();
  readonly #read = new CoalescedRead(() => this.#readWanted());
  readonly #looks = new CoalescedRead(() => this.#look());
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Looks reach no further back: readers have started anew since. */
  #notBeforeMs = 0;
  /** Where the log ended when readers were woken last. */
  #toldEnd = 0;
  #snapshot: { readonly cursor: string; readonly step: FeedStep } | null = null;

  constructor(input: FeedWatchInput) {
    this.#input = input;
    this.#model = new FeedModel(input.links);
    this.ready = this.#begin();
    this.ready.catch(() => this.close());
  }

  /** Whether it looks no more: its readers are to come back elsewhere. */
  get closed(): boolean {
    return this.#closed;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** `wake` is called whenever there may be something to take. Returns the end of that. */
  attach(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => void this.#readers.delete(wake);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wake();
    this.#readers.clear();
  }

  /** What the bus says of a chat of this owner. It may be late, doubled or lost. */
  hear(message: ChatChanged | ChatDeleted | ChatRead): void {
    if (this.#closed) return;
    if (message.type === "deleted") {
      this.#tell(this.#model.learnGone(message.chat_id, null));
      return this.#wake();
    }
    if (message.type === "changed" && !this.#model.isNews(message.chat_id, message.version)) return;
    this.#wanted.add(message.chat_id);
    // The first look reads what was wanted meanwhile; a read that fails is done again by the next look.
    if (this.#model.nowMs !== null) this.#read.run().catch(() => undefined);
  }

  /** Looks now: something may have been missed. */
  lookAgain(): void {
    if (!this.#closed && this.#model.nowMs !== null) void this.#poll();
  }

  /** How a reader begins: from its cursor where that misses nothing, else with all there is. */
  join(toldMs: number | null): FeedStep {
    const missed = toldMs === null ? null : this.#model.since(toldMs);
    return missed === null ? this.#fresh() : this.#stepOf(missed, this.#log.end);
  }

  /** What follows for a reader at `position`; null when it has seen all. */
  take(position: number): FeedStep | null {
    const next = this.#log.from(position);
    if (next === "lost") return this.#fresh();
    return next === null ? null : { batches: [next.frames], position: next.position };
  }

  get #cursor(): string {
    return encodeFeedCursor(this.#input.ownerId, this.#model.nowMs ?? 0);
  }

  #fresh(): FeedStep {
    const cursor = this.#cursor;
    const position = this.#log.end;
    if (this.#snapshot?.cursor !== cursor || this.#snapshot.step.position !== position) {
      this.#snapshot = { cursor, step: this.#stepOf(this.#model.snapshot(), position) };
    }
    return this.#snapshot.step;
  }

  /** A place to resume from only at its end: before that a reader has not seen all. */
  #stepOf(events: readonly FeedEvent[], position: number): FeedStep {
    const last = events.at(-1);
    const frames = events.map((event) => toFrame(event, event === last ? this.#cursor : null));
    // A reader that missed nothing gets its new place alone, which is no event.
    if (last === undefined) frames.push(Buffer.from(`id: ${this.#cursor}\n\n`));
    return { batches: batchesOf(frames), position };
  }

  /** A bus that takes long keeps no reader waiting: what fell in between is seen by the next look. */
  async #begin(): Promise<void> {
    const { listening, pollMs } = this.#input;
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, pollMs);
    await Promise.race([listening, patience.promise]);
    clearTimeout(timer);
    await this.#looks.run();
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void this.#poll(), this.#input.pollMs);
  }

  async #poll(): Promise<void> {
    try {
      await this.#looks.run();
    } catch (error) {
      if (this.#looks.failures === 1) this.#input.onFailed(error);
      if (this.#looks.failures >= failuresMax) this.close();
    }
    this.#arm();
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    const { source } = this.#input;
    const told = this.#model.nowMs;
    const since = told === null ? null : Math.max(told - feedOverlapMs, this.#notBeforeMs);
    const { now_ms, changes } = await source.readChanges(since, changesMax);
    const tooMany = changes.length >= changesMax;
    if (told === null || tooMany) {
      const floorMs = tooMany ? now_ms : now_ms - feedResumeMs;
      this.#model.restart(await source.readNewest(), floorMs, now_ms);
      this.#log.clear();
      // What made them start anew would else be seen by each look until the overlap is over.
      if (tooMany) this.#notBeforeMs = now_ms;
    } else if (this.#model.lacksOlder) {
      this.#model.learnQuietly(await source.readNewest());
    }
    for (const change of tooMany ? [] : changes) {
      if (change.gone) this.#tell(this.#model.learnGone(change.id, change.at_ms));
      else if (this.#model.isChanged(change)) this.#wanted.add(change.id);
    }
    if (this.#wanted.size > 0) await this.#read.run();
    this.#model.advance(now_ms);
    this.#wake();
  }

  async #readWanted(): Promise<void> {
    const ids = [...this.#wanted];
    if (ids.length === 0 || this.#closed) return;
    this.#wanted.clear();
    let rows: readonly FeedChatRow[];
    try {
      rows = await this.#input.source.readChats(ids);
    } catch (error) {
      for (const id of ids) this.#wanted.add(id);
      throw error;
    }
    const found = new Set(rows.map((row) => row.id));
    for (const row of rows) this.#tell(this.#model.learn(row));
    for (const id of ids) if (!found.has(id)) this.#tell(this.#model.learnMissing(id));
    this.#wake();
  }

  #tell(event: FeedEvent | null): void {
    if (event !== null) this.#log.append(toFrame(event, this.#cursor));
  }

  /** Only where there is something to take: most looks find nothing, and readers may be many. */
  #wake(): void {
    const { end } = this.#log;
    if (end === this.#toldEnd && !this.#closed) return;
    this.#toldEnd = end;
    for (const wake of this.#readers) wake();
  }
}

/** JSON holds no line breaks, so one `data:` line is enough. */
function toFrame({ kind, data }: FeedEvent, cursor: string | null): Buffer {
  return Buffer.from(encodeFrame({ id: cursor, event: kind, json: data }));
}
