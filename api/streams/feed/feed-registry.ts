// The API speaks HTTP and the store; this file: the users whose feed is followed at this replica, one watch for all readers
// of a user, made for the first and let go a while after the last.

import { feedChatsMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { BusSubscription, LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import type { ChatLinks } from "../../../store/row/to-wire.ts";
import { readFeedChanges, readFeedChats, readFeedNewest } from "../../../store/stream/feed-chats.ts";
import type { Leaving } from "../open-stream.ts";
import { FeedWatch } from "./feed-watch.ts";

/** What the bus has lost is seen within this time. */
const pollDefaultMs = 2_000;
/** A reload of the page finds the watch still there. */
const lingerDefaultMs = 5_000;

export interface FeedRegistryInput {
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly links: ChatLinks;
  readonly logger: Pick<Logger, "warn">;
  /** Set by tests. */
  readonly pollMs?: number;
  readonly lingerMs?: number;
}

interface Kept {
  readonly watch: FeedWatch;
  readonly told: BusSubscription;
  holders: number;
  linger: NodeJS.Timeout | undefined;
}

export class FeedRegistry {
  readonly #input: FeedRegistryInput;
  readonly #kept = new Map<string, Kept>();
  readonly #lingerMs: number;
  readonly #leave: () => void;
  #closed = false;

  constructor(input: FeedRegistryInput) {
    this.#input = input;
    this.#lingerMs = input.lingerMs ?? lingerDefaultMs;
    this.#leave = input.bus.onReconnect(() => {
      for (const { watch } of this.#kept.values()) watch.lookAgain();
    });
  }

  /** The watch over a user's chats, kept until its reader has left. Throws `Refusal` `draining` once closed. */
  hold(ownerId: string, reader: Leaving): FeedWatch {
    if (this.#closed) throw new Refusal("draining");
    const found = this.#kept.get(ownerId);
    const kept = found === undefined || found.watch.closed ? this.#open(ownerId) : found;
    kept.holders += 1;
    clearTimeout(kept.linger);
    reader.onLeft(() => this.#release(ownerId, kept));
    return kept.watch;
  }

  /** For metrics and tests: users watched, and their readers. */
  counts(): { readonly feeds: number; readonly feed_readers: number } {
    let feed_readers = 0;
    for (const { watch } of this.#kept.values()) feed_readers += watch.readerCount;
    return { feeds: this.#kept.size, feed_readers };
  }

  /** Sends all readers away, to come back elsewhere; none is taken from now on. */
  close(): void {
    this.#closed = true;
    this.#leave();
    for (const { watch, told, linger } of this.#kept.values()) {
      clearTimeout(linger);
      told.end();
      watch.close();
    }
    this.#kept.clear();
  }

  #open(ownerId: string): Kept {
    const { db, bus, links, logger, pollMs = pollDefaultMs } = this.#input;
    const told = bus.subscribe({ type: "owner", owner_id: ownerId }, (message) => {
      if ("owner_id" in message) watch.hear(message);
    });
    const watch = new FeedWatch({
      ownerId,
      links,
      pollMs,
      listening: told.listening,
      source: {
        readChanges: (since_ms, limit) => readFeedChanges(db, ownerId, { since_ms, limit }),
        readNewest: () => readFeedNewest(db, ownerId, feedChatsMax),
        readChats: (ids) => readFeedChats(db, ownerId, ids),
      },
      onFailed: (error) => logger.warn({ err: error, owner_id: ownerId }, "a feed could not look"),
    });
    const kept: Kept = { watch, told, holders: 0, linger: undefined };
    this.#kept.set(ownerId, kept);
    return kept;
  }

  #release(ownerId: string, kept: Kept): void {
    kept.holders -= 1;
    if (kept.holders > 0) return;
    const forget = () => {
      kept.told.end();
      kept.watch.close();
      if (this.#kept.get(ownerId) === kept) this.#kept.delete(ownerId);
    };
    if (this.#closed || kept.watch.closed) return forget();
    kept.linger = setTimeout(forget, this.#lingerMs);
    // A process that wants to end does not wait for feeds nobody reads.
    kept.linger.unref();
  }
}
