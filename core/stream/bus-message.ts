// The messages of the live bus. Any of them may be lost, doubled or late, so every listener can read the state again.
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

/** The owner read a chat. This changes nothing in the chat, but readers of the feed need it (SPEC T9). */
export interface ChatRead {
  readonly type: "read";
  readonly chat_id: string;
  readonly owner_id: string;
}

/** Contiguous parts of an answer or of a tool's output. Merged if they are repeated for a replica that came late. */
export interface PartsPublished {
  readonly type: "parts";
  readonly chat_id: string;
  readonly episode: string;
  readonly parts: readonly StreamPart[];
}

/** A replica watches a running chat: from now on, for a while, the writer publishes its parts (`watchLeaseMs`). */
export interface ChatWatched {
  readonly type: "watched";
  readonly chat_id: string;
  /** The replica lacks parts: the writer publishes what it holds again, merged, and writes a checkpoint. */
  readonly catch_up: boolean;
}

/** Something of a terminal has changed in the database: look again. */
export interface TerminalStirred {
  readonly type: "terminal";
  readonly terminal_id: string;
  /** The worker that attends it has input or a wish to read, or its readers have output or a state. */
  readonly to: "worker" | "readers";
}

export type BusMessage =
  | ChatChanged
  | ChatDeleted
  | ChatRead
  | PartsPublished
  | ChatWatched
  | TerminalStirred;

/**
 * What you can subscribe to. For a chat: everything of it except `read`. For an owner, what the feed needs: `changed`,
 * `deleted`, `read`.
 */
export type BusTopic =
  | { readonly type: "chat"; readonly chat_id: string }
  | { readonly type: "owner"; readonly owner_id: string }
  | { readonly type: "terminal"; readonly terminal_id: string };

export interface BusSubscription {
  /**
   * Resolves when nothing can be missed any more: everything published from then on arrives, so read the state after
   * it. Resolves at once if nothing can arrive (bus off or down), and as soon as that becomes known; `onReconnect` then
   * tells you when to look again. Never rejects.
   */
  readonly listening: Promise<void>;
  /** A second call does nothing. */
  readonly end: () => void;
}

/**
 * The port of the live bus. Another implementation must provide exactly this and pass `test/stream/live-bus.test.ts`.
 * The bus may lose messages, and repeat them across reconnects. Messages of one chat reach one listener in the order in
 * which they were published, across types. Between chats there is no order.
 */
export interface LiveBus {
  /**
   * Never throws and never waits: it queues and batches, and drops what does not fit into a bounded queue or cannot be
   * sent.
   */
  publish(message: BusMessage): void;
  /** A listener is never called before `subscribe` returns, and never after `end`. */
  subscribe(topic: BusTopic, listener: (message: BusMessage) => void): BusSubscription;
  /** False while the bus is off or its connection is down. Checkpoints must then come sooner. */
  readonly up: boolean;
  /** Called when the connection is back and every subscription works again. Messages may have been missed. */
  onReconnect(listener: () => void): () => void;
  /** Sends what was published before, as far as possible. After that nothing arrives, and `publish` does nothing. */
  close(): Promise<void>;
}
