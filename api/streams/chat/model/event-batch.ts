// Events on their way to all readers of a hub, encoded once for all of them.
import type { StreamEvent } from "../../../../core/stream/stream-event.ts";
import { encodeFrame } from "../../sse-frame.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";

export interface BatchEntry {
  readonly event: StreamEvent;
  /** Set where a reader may resume after this event and miss nothing. */
  readonly cursor: Cursor | null;
}

/** Events that are sent together, in order. */
export class EventBatch {
  readonly chatId: string;
  readonly entries: readonly BatchEntry[];
  #bytes: Buffer | undefined;

  constructor(chatId: string, entries: readonly BatchEntry[]) {
    this.chatId = chatId;
    this.entries = entries;
  }

  /** As server-sent events; made when first asked for. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.entries.map((entry) => encodeEntry(this.chatId, entry)).join(""));
    return this.#bytes;
  }

  /** Where a reader stands after this batch; null when the batch does not change that. */
  get cursor(): Cursor | null {
    return this.entries.findLast((entry) => entry.cursor !== null)?.cursor ?? null;
  }
}

function encodeEntry(chatId: string, { event, cursor }: BatchEntry): string {
  const id = cursor === null ? null : encodeCursor(chatId, cursor);
  return encodeFrame({ id, event: event.type, json: JSON.stringify(event.data) });
}

/** The events of one change: a reader can resume only after the last of them. */
export function changeBatch(
  chatId: string,
  events: readonly StreamEvent[],
  cursor: Cursor | null,
): EventBatch {
  const last = events.length - 1;
  return new EventBatch(
    chatId,
    events.map((event, i) => ({ event, cursor: i === last ? cursor : null })),
  );
}
