// The watch of one user's chats. The bus says which chat to read at once; a timer finds what the bus has lost, with one
// query for all readers.
import { feedChatsMax, feedResumeMs } from "../../../core/chat/limits.ts";
import type { BusMessage, LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import type { ChatLinks } from "../../../store/row/to-wire.ts";
import {
  type FeedChange,
  type FeedChatRow,
  readFeedChanges,
  readFeedChats,
  readFeedNewest,
} from "../../../store/stream/feed-chats.ts";
import { CoalescedRead } from "../coalesced-read.ts";
import { encodeFrame } from "../sse-frame.ts";
import { type Frames, groupFrames, nextGroup, oneFrame } from "../stream-log.ts";
import { CATCH_UP, type CatchUp, type ReaderStep, WAIT } from "../stream-reader.ts";
import { Watch } from "../watch.ts";
import { Watches } from "../watches.ts";
import { encodeFeedCursor } from "./feed-cursor.ts";
import { type FeedEvent, FeedModel, feedOverlapMs } from "./feed-model.ts";
import { FeedProjects } from "./feed-projects.ts";

/** What the bus has lost is seen within this time. */
const pollDefaultMs = 2_000;
/** If one look finds more changes, they are not told one by one: all readers start again. */
const changesMax = 500;
/** Looks that fail in a row before readers are sent elsewhere. */
const failuresMax = 5;
/** A reader that is further behind gets the whole list instead. */
const log = { eventsMax: 512, bytesMax: 1024 * 1024 };

export interface FeedWatchInput {
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly links: ChatLinks;
  readonly logger: Pick<Logger, "warn">;
  /** Between two looks; set by tests. */
  readonly pollMs?: number | undefined;
}

/** Where a reader of a feed stands. */
export interface FeedPlace {
  /** All that was committed before this time has been told, by an earlier connection; null: nothing. */
  readonly toldMs: number | null;
  /** What it has taken of the log; null: it has not caught up yet. */
  readonly taken: number | null;
}

export class FeedWatch extends Watch<FeedPlace, Frames> {
  readonly #ownerId: string;
  readonly #db: Queryable;
  readonly #pollMs: number;
  readonly #model: FeedModel;
  readonly #projects = new FeedProjects();
  /** Chats that are to be read. */
  readonly #wanted = new Set<string>();
  readonly #reads = new CoalescedRead(() => this.#readWanted());
  /** Looks do not reach further back, since readers have started again at this time. */
  #notBeforeMs = 0;
  #snapshot: { readonly cursor: string; readonly taken: number; readonly frames: Frames[] } | null = null;

  constructor(ownerId: string, { db, bus, links, logger, pollMs = pollDefaultMs }: FeedWatchInput) {
    super({ about: { owner_id: ownerId }, logger, log, failuresMax, retryMs: pollMs });
    this.#ownerId = ownerId;
    this.#db = db;
    this.#pollMs = pollMs;
    this.#model = new FeedModel(links);
    this.start(bus, { type: "owner", owner_id: ownerId }, (message) => this.#hear(message));
  }

  next({ taken }: FeedPlace): ReaderStep<FeedPlace, Frames> {
    if (taken === null) return CATCH_UP;
    const next = nextGroup(this.log, taken);
    if (next === "lost") return CATCH_UP;
    if (next === null) return WAIT;
    return { type: "send", batch: next.batch, place: { toldMs: null, taken: next.number } };
  }

  /** Sends what changed since the reader's cursor if all of that is known, else the whole list. */
  catchUp({ toldMs }: FeedPlace): CatchUp<FeedPlace, Frames> {
    const missed = toldMs === null ? null : this.#since(toldMs);
    const frames = missed === null ? this.#fresh() : this.#framesOf(missed);
    return { batches: [...frames], place: { toldMs: null, taken: this.log.end } };
  }

  #since(toldMs: number): readonly FeedEvent[] | null {
    const chats = this.#model.since(toldMs);
    const projects = this.#projects.since(toldMs);
    return chats === null || projects === null ? null : [...chats, ...projects];
  }

  get #cursor(): string {
    return encodeFeedCursor(this.#ownerId, this.#model.nowMs ?? 0);
  }

  #fresh(): readonly Frames[] {
    const cursor = this.#cursor;
    const taken = this.log.end;
    if (this.#snapshot?.cursor !== cursor || this.#snapshot.taken !== taken) {
      this.#snapshot = { cursor, taken, frames: this.#framesOf(this.#model.snapshot()) };
    }
    return this.#snapshot.frames;
  }

  /** Only the last frame has a cursor: before it, a reader has not seen everything. */
  #framesOf(events: readonly FeedEvent[]): Frames[] {
    const last = events.at(-1);
    const frames = events.map((event) => toFrame(event, event === last ? this.#cursor : null));
    // A reader that missed nothing gets only its new cursor, without an event.
    if (last === undefined) frames.push(oneFrame(`id: ${this.#cursor}\n\n`));
    return groupFrames(frames);
  }

  /** Messages of the bus may be late, doubled or lost. */
  #hear(message: BusMessage): void {
    if (!("owner_id" in message) || this.ended !== null) return;
    if (message.type === "deleted") return this.#tellOf(this.#model.learnGone(message.chat_id, null));
    if (message.type === "changed" && !this.#model.isNews(message.chat_id, message.version)) return;
    this.#wanted.add(message.chat_id);
    // The first look reads the chats that were noted meanwhile, and the next look repeats a read that fails.
    if (this.#model.nowMs !== null) this.#reads.run().catch(() => undefined);
  }

  protected lookEveryMs(): number {
    return this.#pollMs;
  }

  protected async look(): Promise<void> {
    if (this.ended !== null) return;
    const told = this.#model.nowMs;
    const since_ms = told === null ? null : Math.max(told - feedOverlapMs, this.#notBeforeMs);
    const { now_ms, changes, projects } = await readFeedChanges(this.#db, this.#ownerId, {
      since_ms,
      limit: changesMax,
    });
    const tooMany = Math.max(changes.length, projects.length) >= changesMax;
    if (told === null || tooMany) await this.#startAnew(now_ms, tooMany);
    // Before anything else can fail: the next look will not see these changes again.
    if (tooMany) this.restartReaders();
    else if (this.#model.lacksOlder) this.#model.learnQuietly(await this.#readNewest());
    // With the list of chats, readers read that of the projects anew.
    const news = projects.map((project) => this.#projects.learn(project));
    if (!tooMany) {
      this.#take(changes);
      this.#tellOf(...news);
    }
    if (this.#wanted.size > 0) await this.#reads.run();
    this.#model.advance(now_ms);
  }

  #take(changes: readonly FeedChange[]): void {
    const gone = changes.filter((change) => change.gone);
    const changed = changes.filter((change) => !change.gone && this.#model.isChanged(change));
    for (const { id } of changed) this.#wanted.add(id);
    this.#tellOf(...gone.map(({ id, at_ms }) => this.#model.learnGone(id, at_ms)));
  }

  async #startAnew(nowMs: number, tooMany: boolean): Promise<void> {
    this.#model.restart(await this.#readNewest(), tooMany ? nowMs : nowMs - feedResumeMs, nowMs);
    // Otherwise every look would see the same changes until the overlap is over.
    if (tooMany) this.#notBeforeMs = nowMs;
  }

  #readNewest(): Promise<readonly FeedChatRow[]> {
    return readFeedNewest(this.#db, this.#ownerId, feedChatsMax);
  }

  async #readWanted(): Promise<void> {
    const ids = [...this.#wanted];
    if (ids.length === 0 || this.ended !== null) return;
    this.#wanted.clear();
    let rows: readonly FeedChatRow[];
    try {
      rows = await readFeedChats(this.#db, this.#ownerId, ids);
    } catch (error) {
      for (const id of ids) this.#wanted.add(id);
      throw error;
    }
    const found = new Set(rows.map((row) => row.id));
    const missing = ids.filter((id) => !found.has(id));
    this.#tellOf(
      ...rows.map((row) => this.#model.learn(row)),
      ...missing.map((id) => this.#model.learnMissing(id)),
    );
  }

  #tellOf(...events: readonly (FeedEvent | null)[]): void {
    this.tell(events.flatMap((event) => (event === null ? [] : toFrame(event, this.#cursor))));
  }
}

/** JSON holds no line breaks, so one `data:` line is enough. */
function toFrame({ kind, data }: FeedEvent, cursor: string | null): Frames {
  return oneFrame(encodeFrame({ id: cursor, event: kind, json: data }));
}

/** The feeds that are followed at this replica, by their owners. */
export type Feeds = Watches<string, FeedWatch>;

export function openFeeds(input: FeedWatchInput & { readonly lingerMs?: number }): Feeds {
  const { lingerMs } = input;
  return new Watches({
    nameOf: (ownerId) => ownerId,
    open: (ownerId) => new FeedWatch(ownerId, input),
    lingerMs,
  });
}
