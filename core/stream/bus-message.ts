// Core is pure: what travels on the live bus. All of it may be lost, doubled or late: every reader of it looks again.
import type { ChatStatus } from "../chat/message.ts";
import type { StreamPart } from "../part/stream-part.ts";

/** A committed change of a chat. */
export interface ChatChanged {
  readonly type: "changed";
  readonly chat_id: string;
  readonly owner_id: string;
  readonly version: number;
  readonly status: ChatStatus;
  readonly turn_id: number | null;
  readonly history_version: number;
  readonly attempt: number;
}

export interface ChatDeleted {
  readonly type: "deleted";
  readonly chat_id: string;
  readonly owner_id: string;
}

/** A chat was read by its owner, which changes nothing of it but for those who follow all chats (SPEC T9). */
export interface ChatRead {
  readonly type: "read";
  readonly chat_id: string;
  readonly owner_id: string;
}

/** Parts of an answer or of a tool's output, contiguous; merged where they are said again for one who comes late. */
export interface PartsPublished {
  readonly type: "parts";
  readonly chat_id: string;
  readonly episode: string;
  readonly parts: readonly StreamPart[];
}

/** A replica watches a running chat: for a while from now on whoever writes it publishes its parts (`watchLeaseMs`). */
export interface ChatWatched {
  readonly type: "watched";
  readonly chat_id: string;
  /** The replica lacks parts: what the writer holds is published again, merged, and checkpointed. */
  readonly catch_up: boolean;
}

export type BusMessage = ChatChanged | ChatDeleted | ChatRead | PartsPublished | ChatWatched;

/**
 * What can be listened to. Of one chat: all but `read`. Of one owner, what the feed of all chats needs: `changed`,
 * `deleted`, `read`.
 */
export type BusTopic =
  | { readonly type: "chat"; readonly chat_id: string }
  | { readonly type: "owner"; readonly owner_id: string };

export interface BusSubscription {
  /**
   * Resolves when nothing falls in between any more: what is published from then on is heard, so that state read after it
   * misses nothing. Resolves at once where nothing can be heard (off, down), and as soon as that turns out; then
   * `onReconnect` tells when to look again. Never rejects.
   */
  readonly listening: Promise<void>;
  /** A second call does nothing. */
  readonly end: () => void;
}

/**
 * The bus as everyone uses it: a port. Another implementation has to give just this, and to pass `test/stream/live-bus.test.ts`.
 * It may lose, and double across reconnects. What it delivers of one chat to one listener is in the order of publishing,
 * across types; no order is promised between chats.
 */
export interface LiveBus {
  /** Never throws and never waits: it queues, batches, and drops what outgrows a bounded queue or cannot be sent. */
  publish(message: BusMessage): void;
  /** A listener is never called before `subscribe` has returned, and never after `end`. */
  subscribe(topic: BusTopic, listener: (message: BusMessage) => void): BusSubscription;
  /** False while the bus is off or its connection is down: then checkpoints must come sooner. */
  readonly up: boolean;
  /** Tells when the connection is there (again), every subscription in force: something may have been missed. */
  onReconnect(listener: () => void): () => void;
  /** Sends what was published before, as far as it can. Afterwards nothing is heard, and publishing does nothing. */
  close(): Promise<void>;
}
