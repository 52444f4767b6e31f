// The store is the only room with SQL. This file: what waits to be published, batched as it waits and bounded.
import type { BusMessage, PartsPublished } from "../core/bus-message.ts";
import { encodePart, joinPart, type OutgoingItem, openPartsItem, toItem, toPayloads } from "./bus-payload.ts";

/** Waiting bytes while the database is away or slow; beyond it the oldest go, and readers look into checkpoints. */
const waitingBytesMax = 8 * 1024 * 1024;

export interface BusQueue {
  add(message: BusMessage): void;
  /** Takes everything that waits, as payloads. */
  take(): string[];
  readonly empty: boolean;
  /** Items given up so far. */
  readonly dropped: number;
}

export function createBusQueue(): BusQueue {
  let items: OutgoingItem[] = [];
  let bytes = 0;
  let dropped = 0;
  /** By chat, the items that parts may still join, by episode. Other messages of the chat close them: order holds. */
  let open = new Map<string, Map<string, OutgoingItem>>();

  const push = (item: OutgoingItem) => {
    items.push(item);
    bytes += item.bytes;
    if (bytes > waitingBytesMax) dropOlderHalf();
  };
  const dropOlderHalf = () => {
    const gone = items.splice(0, Math.ceil(items.length / 2));
    dropped += gone.length;
    for (const item of gone) bytes -= item.bytes;
    open = new Map();
  };
  const addParts = (message: PartsPublished) => {
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
      const item = openPartsItem(message, part.seq);
      // A part that fits no payload is left out: the next one shows readers the gap.
      if (!joinPart(item, part, encoded)) continue;
      episodes.set(message.episode, item);
      push(item);
    }
  };
  return {
    add(message) {
      if (message.type === "parts") return addParts(message);
      open.delete(message.chat_id);
      push(toItem(message));
    },
    take() {
      const payloads = toPayloads(items);
      items = [];
      bytes = 0;
      open = new Map();
      return payloads;
    },
    get empty() {
      return items.length === 0;
    },
    get dropped() {
      return dropped;
    },
  };
}
