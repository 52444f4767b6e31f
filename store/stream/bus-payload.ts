// Encodes bus messages as NOTIFY payloads: compact, batched, below the size limit.

import { notifyBytesMax } from "../../core/chat/limits.ts";
import type { ChatStatus } from "../../core/chat/message.ts";
import type { PartDelta, StreamPart } from "../../core/part/stream-part.ts";
import type { BusMessage, PartsPublished } from "../../core/stream/bus-message.ts";

/** A payload is a JSON array of items. An item is one message, with its fields by position. */
type WirePart = readonly [
  index: number,
  tool: 0 | 1,
  delta: string | PartDelta,
  /**
   * For a merged part: the lengths of its pieces, one per seq, so that a hub that knows some of them takes only the
   * rest.
   */
  lengths?: readonly number[],
];
type WireItem =
  | readonly ["c", string, string, number, ChatStatus, number | null, number, number]
  | readonly ["d", string, string]
  | readonly ["r", string, string]
  | readonly ["w", string, 0 | 1]
  | readonly ["t", string, 0 | 1]
  | readonly ["p", string, string, number, readonly WirePart[]];

/** Brackets around the items of a payload. */
const PAYLOAD_FRAME_BYTES = 2;
const itemBytesMax = notifyBytesMax - PAYLOAD_FRAME_BYTES;

/** One item to be sent. Parts of the same episode may still join it. */
export interface OutgoingItem {
  text: string;
  bytes: number;
  /** Set while parts may join: the seq that the next part must have. */
  next_seq: number | null;
}

/** A message as an item. */
export function toItem(message: Exclude<BusMessage, PartsPublished>): OutgoingItem {
  const text = JSON.stringify(toWire(message));
  return { text, bytes: Buffer.byteLength(text), next_seq: null };
}

function toWire(message: Exclude<BusMessage, PartsPublished>): WireItem {
  if (message.type === "terminal") return ["t", message.terminal_id, message.to === "worker" ? 1 : 0];
  const { chat_id } = message;
  if (message.type === "deleted") return ["d", chat_id, message.owner_id];
  if (message.type === "read") return ["r", chat_id, message.owner_id];
  if (message.type === "watched") return ["w", chat_id, message.catch_up ? 1 : 0];
  const { owner_id, version, status, turn_id, history_version, attempt } = message;
  return ["c", chat_id, owner_id, version, status, turn_id, history_version, attempt];
}

/** An item that parts will join, starting with `seq`. */
export function openPartsItem(message: PartsPublished, seq: number): OutgoingItem {
  const text = `${JSON.stringify(["p", message.chat_id, message.episode, seq]).slice(0, -1)},[`;
  return { text, bytes: Buffer.byteLength(text) + CLOSING.length, next_seq: seq };
}

const CLOSING = "]]";

/** Adds a part to an open item. False if it does not follow or does not fit; then nothing has changed. */
export function joinPart(item: OutgoingItem, part: StreamPart, encoded: EncodedPart): boolean {
  if (item.next_seq !== part.from_seq || item.bytes + encoded.bytes > itemBytesMax) return false;
  item.text += item.text.endsWith("[") ? encoded.text : `,${encoded.text}`;
  item.bytes += encoded.bytes;
  item.next_seq = part.seq + 1;
  return true;
}

export interface EncodedPart {
  readonly text: string;
  /** Including the comma before it. */
  readonly bytes: number;
}

export function encodePart(part: StreamPart): EncodedPart {
  const delta = part.part.type === "text" ? part.part.text : part.part;
  const plain = [part.index, part.role === "tool" ? 1 : 0, delta] as const;
  const wire: WirePart = part.lengths === undefined ? plain : [...plain, part.lengths];
  const text = JSON.stringify(wire);
  return { text, bytes: Buffer.byteLength(text) + 1 };
}

/** Packs items into payloads below the limit, in order. */
export function toPayloads(items: readonly OutgoingItem[]): string[] {
  const payloads: string[] = [];
  let packed: string[] = [];
  let bytes = PAYLOAD_FRAME_BYTES;
  for (const item of items) {
    if (bytes + item.bytes + 1 > notifyBytesMax && packed.length > 0) {
      payloads.push(`[${packed.join(",")}]`);
      packed = [];
      bytes = PAYLOAD_FRAME_BYTES;
    }
    packed.push(item.next_seq === null ? item.text : item.text + CLOSING);
    bytes += item.bytes + 1;
  }
  if (packed.length > 0) payloads.push(`[${packed.join(",")}]`);
  return payloads;
}

/** The messages of a payload; none if it is not one of ours. */
export function fromPayload(payload: string): BusMessage[] {
  try {
    return (JSON.parse(payload) as WireItem[]).map(fromWire);
  } catch {
    return [];
  }
}

function fromWire(item: WireItem): BusMessage {
  switch (item[0]) {
    case "c": {
      const [, chat_id, owner_id, version, status, turn_id, history_version, attempt] = item;
      return { type: "changed", chat_id, owner_id, version, status, turn_id, history_version, attempt };
    }
    case "d":
      return { type: "deleted", chat_id: item[1], owner_id: item[2] };
    case "r":
      return { type: "read", chat_id: item[1], owner_id: item[2] };
    case "w":
      return { type: "watched", chat_id: item[1], catch_up: item[2] === 1 };
    case "t":
      return { type: "terminal", terminal_id: item[1], to: item[2] === 1 ? "worker" : "readers" };
    case "p": {
      const [, chat_id, episode, first, parts] = item;
      return { type: "parts", chat_id, episode, parts: fromWireParts(parts, first) };
    }
  }
  throw new TypeError("an item of no known kind");
}

function fromWireParts(parts: readonly WirePart[], first: number): StreamPart[] {
  let next = first;
  return parts.map(([index, tool, delta, lengths]) => {
    const from_seq = next;
    next += lengths?.length ?? 1;
    const part: PartDelta = typeof delta === "string" ? { type: "text", text: delta } : delta;
    const role = tool === 1 ? "tool" : "assistant";
    return { from_seq, seq: next - 1, index, role, part, ...(lengths !== undefined && { lengths }) };
  });
}
