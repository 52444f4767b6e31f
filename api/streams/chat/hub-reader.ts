// The API speaks HTTP and the store; this file: what a hub tells its readers.
import type { EventBatch } from "../event-batch.ts";

/** `deleted`: the chat is gone. `retry`: trouble on our side or a shutdown; the reader is to come back. */
export type HubEnd = "deleted" | "retry";

export interface HubReader {
  deliver(batch: EventBatch): void;
  /** The history was cut or too much changed at once: start anew. */
  resync(): void;
  end(reason: HubEnd): void;
}
