// Core is pure: what travels on the live bus. All of it may be lost, doubled or late: every reader of it looks again.
import type { ChatStatus } from "./message.ts";
import type { StreamPart } from "./stream-part.ts";

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

/** Parts of an answer or of a tool's output, contiguous, unmerged. */
export interface PartsPublished {
  readonly type: "parts";
  readonly chat_id: string;
  readonly episode: string;
  readonly parts: readonly StreamPart[];
}

/** A replica began to watch a chat: whoever writes it checkpoints now, so that the replica can catch up. */
export interface CheckpointWanted {
  readonly type: "checkpoint_wanted";
  readonly chat_id: string;
}

export type BusMessage = ChatChanged | ChatDeleted | ChatRead | PartsPublished | CheckpointWanted;

/** The bus as everyone uses it. `publish` never throws and never waits: it queues, batches and may drop. */
export interface LiveBus {
  publish(message: BusMessage): void;
  /** Hears the messages of one chat, or of all when `chatId` is null. Returns the end of the subscription. */
  subscribe(chatId: string | null, listener: (message: BusMessage) => void): () => void;
  /** False while the bus is off or its connection is down: then checkpoints must come sooner. */
  readonly up: boolean;
  /** Tells when `up` changes and when the connection came back (something may have been missed). */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
}
