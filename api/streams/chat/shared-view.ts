// A hub as readers see it with whom the chat is shared. Each batch is changed and encoded once for all of them.
import { sharedEvent } from "../../../core/stream/shared-view.ts";
import type { Readable } from "../stream-reader.ts";
import type { ChatPlace } from "./chat-hub.ts";
import { type BatchEntry, EventBatch } from "./model/event-batch.ts";

type ReadableChat = Readable<ChatPlace, EventBatch>;

const shownBatches = new WeakMap<EventBatch, EventBatch>();

export function sharedView(hub: ReadableChat): ReadableChat {
  return {
    get ended() {
      return hub.ended;
    },
    attach: (reader) => hub.attach(reader),
    detach: (reader) => hub.detach(reader),
    rested: () => hub.rested(),
    warn: (error, words) => hub.warn(error, words),
    next(place) {
      const step = hub.next(place);
      return "batch" in step ? { ...step, batch: shownBatch(step.batch) } : step;
    },
    async catchUp(place) {
      const caughtUp = await hub.catchUp(place);
      return { ...caughtUp, batches: caughtUp.batches.map(shownBatch) };
    },
  };
}

/** Events that such a reader does not get leave their cursor to the event before them. */
function shownBatch(batch: EventBatch): EventBatch {
  const known = shownBatches.get(batch);
  if (known !== undefined) return known;
  const entries: BatchEntry[] = [];
  for (const { event, cursor } of batch.entries) {
    const shown = sharedEvent(event);
    const last = entries.at(-1);
    if (shown !== null) entries.push({ event: shown, cursor });
    else if (last !== undefined && cursor !== null) entries.splice(-1, 1, { ...last, cursor });
  }
  const made = new EventBatch(batch.chatId, entries);
  shownBatches.set(batch, made);
  return made;
}
