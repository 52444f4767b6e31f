// Tests: a reader's end of a stream that takes nothing while the test says so.

import type { EventBatch } from "../../../api/streams/chat/model/event-batch.ts";
import type { Leaving } from "../../../api/streams/open-stream.ts";
import type { EventSink } from "../../../api/streams/sse-writer.ts";
import { createCheckedReader } from "../../../core/stream/checked-reader.ts";

/** A reader that stays until the test says that it leaves. */
export function aVisit(): Leaving & { leave(): void } {
  const left = new Set<() => void>();
  return {
    onLeft(letGo) {
      left.add(letGo);
      return () => void left.delete(letGo);
    },
    leave() {
      for (const letGo of left) letGo();
      left.clear();
    },
  };
}

/** A place for batches that the test holds shut as long as it likes. */
export function holdSink(chatId: string) {
  const checked = createCheckedReader(chatId);
  const watchers = new Set<() => void>();
  let full = false;
  let batches = 0;
  let opened = Promise.withResolvers<void>();
  const sink: EventSink<EventBatch> = {
    write(batch) {
      batches += 1;
      for (const { event } of batch.entries) checked.apply(event);
      for (const look of watchers) look();
    },
    get full() {
      return full;
    },
    closed: false,
    drained: () => (full ? opened.promise : Promise.resolve()),
    end: () => undefined,
  };
  return {
    sink,
    checked,
    batches: () => batches,
    text() {
      const parts = [...(checked.view.previews.get("")?.content.values() ?? [])];
      return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    },
    stop() {
      full = true;
      opened = Promise.withResolvers();
    },
    go() {
      full = false;
      opened.resolve();
    },
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!holds()) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}
