// What a replica knows of a user's chats, and the events it tells of them, without I/O. All times are the database's.
import { feedChatsMax, frameBytesMax } from "../../../core/chat/limits.ts";
import type { Chat } from "../../../core/chat/message.ts";
import { type ChatLinks, toChat } from "../../../store/row/to-wire.ts";
import type { FeedChange, FeedChatRow } from "../../../store/stream/feed-chats.ts";
import type { FeedEventName } from "../../schemas/stream-events.ts";
import { type FeedKind, feedKind } from "./feed-kind.ts";

/**
 * A change carries the time at which its transaction began, but is visible only when the transaction has ended. So each look
 * reaches back this far behind the one before. Transactions take milliseconds; one that waits for a lock or a slow disk may
 * take seconds.
 */
export const feedOverlapMs = 30_000;
/** Chats that are kept: those of the first list, and those that change while the feed is watched. */
const chatsKeptMax = 1_000;
const goneKeptMax = 2_000;
/** Room for the frame around the chats of a snapshot. */
const frameRoomBytes = 1_024;

/** An event without its place in the stream. */
export interface FeedEvent {
  readonly kind: FeedEventName;
  /** JSON. */
  readonly data: string;
}

interface Known {
  readonly chat: Chat;
  readonly json: string;
  readonly last_read_message_id: number;
  /** When it changed or was read last. */
  readonly at_ms: number;
}

export class FeedModel {
  readonly #links: ChatLinks;
  readonly #known = new Map<string, Known>();
  /** Deleted chats, and when they were deleted. Ids never come back, so a late read cannot bring a chat back. */
  readonly #gone = new Map<string, number>();
  /** All changes after this are known. */
  #floorMs = 0;
  #startedMs = 0;
  /** Whether there may be chats beyond those known. */
  #hasOlder = false;
  #nowMs: number | null = null;

  constructor(links: ChatLinks) {
    this.#links = links;
  }

  /** All that was committed before this is known; null before the first look. */
  get nowMs(): number | null {
    return this.#nowMs;
  }

  /** Begins with the newest chats. @param floorMs all changes after this time are about to be learnt */
  restart(rows: readonly FeedChatRow[], floorMs: number, nowMs: number): void {
    const listed = new Set(rows.map((row) => row.id));
    for (const id of this.#known.keys()) if (!listed.has(id)) this.#known.delete(id);
    this.learnQuietly(rows);
    this.#floorMs = floorMs;
    this.#startedMs = nowMs;
  }

  /** Whether older chats must be read: so many known ones were deleted that a snapshot would lack some. */
  get lacksOlder(): boolean {
    return this.#hasOlder && this.#known.size < feedChatsMax;
  }

  /** Learns the newest chats without telling anybody. */
  learnQuietly(rows: readonly FeedChatRow[]): void {
    this.#hasOlder = rows.length >= feedChatsMax;
    for (const row of rows) {
      const now = this.#toKnown(row);
      const before = this.#known.get(row.id);
      if (this.#gone.has(row.id) || (before !== undefined && isOlder(now, before))) continue;
      this.#known.set(row.id, now);
    }
  }

  /** The result of a look that began at this time is known. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#forget();
  }

  /** Whether this version of a chat is news. */
  isNews(chatId: string, version: number): boolean {
    const known = this.#known.get(chatId);
    return !this.#gone.has(chatId) && (known === undefined || known.chat.snapshot_version < version);
  }

  /** Whether the chat must be read: its version, or its read position, is new. */
  isChanged(change: FeedChange): boolean {
    if (this.isNews(change.id, change.snapshot_version)) return true;
    const known = this.#known.get(change.id);
    return known !== undefined && known.last_read_message_id < change.last_read_message_id;
  }

  learn(row: FeedChatRow): FeedEvent | null {
    if (this.#gone.has(row.id)) return null;
    const before = this.#known.get(row.id);
    const now = this.#toKnown(row);
    if (before !== undefined && isOlder(now, before)) return null;
    this.#known.set(row.id, now);
    if (before?.json === now.json) return null;
    const kind =
      before === undefined
        ? firstKind(now.chat, this.#startedMs - feedOverlapMs)
        : feedKind(before.chat, now.chat);
    return { kind, data: `{"chat":${now.json}}` };
  }

  /** @param atMs null: only the bus said so; the next look finds the time */
  learnGone(chatId: string, atMs: number | null): FeedEvent | null {
    const isNews = !this.#gone.has(chatId);
    this.#gone.set(chatId, atMs ?? Number.MAX_SAFE_INTEGER);
    this.#known.delete(chatId);
    return isNews ? deletedEvent(chatId) : null;
  }

  /** A read did not find the chat. */
  learnMissing(chatId: string): FeedEvent | null {
    return this.#known.has(chatId) ? this.learnGone(chatId, null) : null;
  }

  /** The newest chats. Chats that do not fit into one frame follow as events of their own. */
  snapshot(): FeedEvent[] {
    const newest = [...this.#known.values()]
      .toSorted((a, b) => byUpdate(b.chat, a.chat))
      .slice(0, feedChatsMax);
    let bytes = frameRoomBytes;
    const tooMany = newest.findIndex(({ json }) => {
      bytes += Buffer.byteLength(json) + 1;
      return bytes > frameBytesMax;
    });
    const first = tooMany === -1 ? newest : newest.slice(0, tooMany);
    const chats = first.map(({ json }) => json).join(",");
    return [
      { kind: "snapshot", data: `{"chats":[${chats}]}` },
      ...newest
        .slice(first.length)
        .map(({ json }): FeedEvent => ({ kind: "created", data: `{"chat":${json}}` })),
    ];
  }

  /** What changed since a cursor; null when not all of it is known, or when it is more than a snapshot. */
  since(toldMs: number): FeedEvent[] | null {
    const fromMs = toldMs - feedOverlapMs;
    if (this.#nowMs === null || fromMs < this.#floorMs || toldMs > this.#nowMs + feedOverlapMs) return null;
    const chats = [...this.#known.values()].filter((known) => known.at_ms >= fromMs);
    const gone = [...this.#gone].filter(([, atMs]) => atMs >= fromMs);
    if (chats.length + gone.length > feedChatsMax) return null;
    return [
      ...chats.map(({ chat, json }) => ({ kind: firstKind(chat, fromMs), data: `{"chat":${json}}` })),
      ...gone.map(([id]) => deletedEvent(id)),
    ];
  }

  #toKnown(row: FeedChatRow): Known {
    const chat = toChat(row, this.#links);
    return {
      chat,
      json: JSON.stringify(chat),
      last_read_message_id: row.last_read_message_id,
      at_ms: Math.max(Date.parse(row.updated_at), row.read_at === null ? 0 : Date.parse(row.read_at)),
    };
  }

  /** Drops the oldest. Readers with an older cursor start again. */
  #forget(): void {
    if (this.#known.size > chatsKeptMax) {
      this.#hasOlder = true;
      const oldest = [...this.#known.values()].toSorted((a, b) => a.at_ms - b.at_ms);
      for (const { chat, at_ms } of oldest.slice(0, chatsKeptMax / 2)) {
        this.#known.delete(chat.id);
        this.#floorMs = Math.max(this.#floorMs, at_ms + 1);
      }
    }
    if (this.#gone.size > goneKeptMax) {
      const oldest = [...this.#gone].toSorted(([, a], [, b]) => a - b).slice(0, goneKeptMax / 2);
      for (const [id, atMs] of oldest) {
        this.#gone.delete(id);
        this.#floorMs = Math.max(this.#floorMs, atMs + 1);
      }
    }
  }
}

/** The name of the first event of a chat that the reader may not know. */
function firstKind(chat: Chat, newSinceMs: number): FeedKind {
  return Date.parse(chat.created_at) >= newSinceMs ? "created" : "status_change";
}

function deletedEvent(chatId: string): FeedEvent {
  return { kind: "deleted", data: JSON.stringify({ chat_id: chatId }) };
}

function isOlder(one: Known, than: Known): boolean {
  const versions = one.chat.snapshot_version - than.chat.snapshot_version;
  return versions < 0 || (versions === 0 && one.last_read_message_id < than.last_read_message_id);
}

function byUpdate(a: Chat, b: Chat): number {
  if (a.updated_at !== b.updated_at) return a.updated_at < b.updated_at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
