// A bounded queue of what waits to be published, batched while it waits.
import type { BusMessage, PartsPublished } from "../../core/stream/bus-message.ts";
import { channelsOf } from "./bus-channel.ts";
import { encodePart, joinPart, type OutgoingItem, openPartsItem, toItem, toPayloads } from "./bus-payload.ts";

/**
 * Bytes that may wait while the database is away or slow. Beyond that the oldest are dropped, and readers use
 * checkpoints.
 */
const waitingBytesMax = 8 * 1024 * 1024;

/** The content of one NOTIFY. */
export interface Notification {
  readonly channel: string;
  readonly payload: string;
}

export interface BusQueue {
  add(message: BusMessage): void;
  /** Takes everything that waits. Within one channel the order stays. */
  take(): Notification[];
  readonly empty: boolean;
  /** Items dropped so far. */
  readonly dropped: number;
}

interface QueuedItem {
  readonly channel: string;
  readonly item: OutgoingItem;
}

export function createBusQueue(): BusQueue {
  let items: QueuedItem[] = [];
  let bytes = 0;
  let dropped = 0;
  /**
   * Items that parts may still join, by chat and episode. Any other message of the chat closes them, so that the order
   * stays.
   */
  let open = new Map<string, Map<string, OutgoingItem>>();

  const push = (channel: string, item: OutgoingItem) => {
    items.push({ channel, item });
    bytes += item.bytes;
    if (bytes > waitingBytesMax) dropOlderHalf();
  };
  const dropOlderHalf = () => {
    const gone = items.splice(0, Math.ceil(items.length / 2));
    dropped += gone.length;
    for (const { item } of gone) bytes -= item.bytes;
    open = new Map();
  };
  const addParts = (message: PartsPublished, channel: string) => {
    let episodes = open.get(message.chat_id);
    if (episodes === undefined) {
      episodes = new Map();
      open.set(message.chat_id, episodes);
    }
    for (const part of message.parts) {
      const encoded = encodePart(part);
      const joined = episodes.get(message.episode);
      if (joined !== undefined && joinPart(joined, part, encoded)) {
        bytes += encoded.bytes;
        continue;
      }
      const item = openPartsItem(message, part.from_seq);
      // A part that fits into no payload is left out. The next part shows readers the gap.
      if (!joinPart(item, part, encoded)) continue;
      episodes.set(message.episode, item);
      push(channel, item);
    }
  };
  return {
    add(message) {
      const channels = channelsOf(message);
      if (message.type === "parts") return addParts(message, channels[0] as string);
      if (message.type !== "terminal") open.delete(message.chat_id);
      for (const channel of channels) push(channel, toItem(message));
    },
    take() {
      const taken = [...Map.groupBy(items, ({ channel }) => channel)].flatMap(([channel, queued]) =>
        toPayloads(queued.map(({ item }) => item)).map((payload) => ({ channel, payload })),
      );
      items = [];
      bytes = 0;
      open = new Map();
      return taken;
    },
    get empty() {
      return items.length === 0;
    },
    get dropped() {
      return dropped;
    },
  };
}
