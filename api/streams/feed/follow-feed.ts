// The API speaks HTTP and the store; this file: one reader of a user's feed, from where it stands for as long as it stays.

import { retryMs } from "../build-log/follow-build-log.ts";
import type { EventSink, Frames } from "../sse-writer.ts";
import type { FeedStep, FeedWatch } from "./feed-watch.ts";

export interface FeedReading {
  readonly watch: Pick<FeedWatch, "join" | "take" | "attach" | "closed">;
  readonly sink: EventSink<Frames>;
  /** Where the reader was cut off; null: it knows nothing. */
  readonly toldMs: number | null;
}

/**
 * Sends what there is and what comes, no faster than the other side takes it: a slow reader costs what one batch holds, and
 * is shown the whole list again when what it has not taken is not kept any more. Returns the end of it.
 */
export function followFeed({ watch, sink, toldMs }: FeedReading): () => void {
  let position = 0;
  let isSending = false;
  const write = async (step: FeedStep) => {
    position = step.position;
    for (const batch of step.batches) {
      sink.write(batch);
      await sink.drained();
      if (sink.closed) return;
    }
  };
  const send = async (first: FeedStep | null) => {
    isSending = true;
    for (let step = first; step !== null && !sink.closed; step = watch.take(position)) await write(step);
    isSending = false;
    if (watch.closed) sink.end(retryMs());
  };
  const leave = watch.attach(() => {
    if (!isSending) void send(watch.take(position));
  });
  void send(watch.join(toldMs));
  return leave;
}
