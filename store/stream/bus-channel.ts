// Chooses the NOTIFY channels of a message. Channels are shards, so that a replica gets the messages of the chats it
// serves and few others. With one channel per chat the server would search a long list for each message.
import { assertNever } from "../../core/assert-never.ts";
import type { BusMessage, BusTopic } from "../../core/stream/bus-message.ts";

/**
 * A replica that watches a hundred chats gets a third of what all others get; one that watches ten gets 4 %. The server
 * compares each message with at most 256 names of a busy listener. All processes must use the same number.
 */
export const chatShards = 256;
/** Messages for owners are rare, compared with parts. */
const ownerShards = 64;
/** People type in few terminals at once. */
const terminalShards = 64;

/** Where a message goes. Order holds within each channel. */
export function channelsOf(message: BusMessage): readonly string[] {
  switch (message.type) {
    case "parts":
    case "watched":
      return [chatChannel(message.chat_id)];
    case "read":
      return [ownerChannel(message.owner_id)];
    case "terminal":
      return [terminalChannel(message.terminal_id)];
    case "changed":
    case "deleted":
      return [chatChannel(message.chat_id), ownerChannel(message.owner_id)];
    default:
      return assertNever(message);
  }
}

export function channelOf(topic: BusTopic): string {
  switch (topic.type) {
    case "chat":
      return chatChannel(topic.chat_id);
    case "owner":
      return ownerChannel(topic.owner_id);
    case "terminal":
      return terminalChannel(topic.terminal_id);
    default:
      return assertNever(topic);
  }
}

/** What a channel carries, by its name. */
export function topicOf(channel: string, message: BusMessage): BusTopic | null {
  if (message.type === "terminal") return { type: "terminal", terminal_id: message.terminal_id };
  if (channel.startsWith(CHAT_PREFIX)) return { type: "chat", chat_id: message.chat_id };
  return "owner_id" in message ? { type: "owner", owner_id: message.owner_id } : null;
}

const CHAT_PREFIX = "everturn_c";
const OWNER_PREFIX = "everturn_o";
const TERMINAL_PREFIX = "everturn_t";

function chatChannel(chatId: string): string {
  return `${CHAT_PREFIX}${shardOf(chatId, chatShards)}`;
}

function ownerChannel(ownerId: string): string {
  return `${OWNER_PREFIX}${shardOf(ownerId, ownerShards)}`;
}

function terminalChannel(terminalId: string): string {
  return `${TERMINAL_PREFIX}${shardOf(terminalId, terminalShards)}`;
}

/** FNV-1a, 32 bits: short, even, and the same in every process. */
function shardOf(id: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % shards;
}
