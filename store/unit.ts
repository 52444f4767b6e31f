// One transaction with what must follow it (announcements, deliveries).
import type { ChatChanged, ChatDeleted } from "../core/stream/bus-message.ts";
import { type Tx, withTransaction } from "./database.ts";
import { insertOutboxRow, type NewOutboxRow, type OutboxRow } from "./outbox/outbox.ts";
import { type ChatChange, type ChatRow, lockChat, writeChatRow } from "./row/chat-row.ts";
import type { Store } from "./store.ts";

export interface Unit {
  readonly tx: Tx;
  readonly store: Store;
  /** Announced on the live bus after commit. */
  readonly announcements: (ChatChanged | ChatDeleted)[];
  /** Rows to deliver now; the relay delivers them when this process dies first. */
  readonly outbox: OutboxRow[];
  /** Chats this transaction has locked: nobody else can change them before it ends. */
  readonly lockedChats: Map<string, LockedChat>;
}

interface LockedChat {
  /** As the database has it. */
  stored: ChatRow;
  /** As this unit leaves it; written once, before the commit. */
  now: ChatRow;
}

/** Which attempt writes. A write of an attempt that is not the chat's own any more changes nothing (SPEC E3). */
export interface Fence {
  readonly turn_id: number;
  readonly history_version: number;
  readonly generation_attempt: number;
}

/** The chat inside a transition: as it was, and what is to change. */
export interface Draft {
  readonly unit: Unit;
  readonly before: ChatRow;
  /** The version this change will have; messages written by it carry it. */
  readonly version: number;
  readonly change: ChatChange;
  /** Marks that messages change: raises the history version once and starts attempts anew (SPEC S1). */
  touchHistory(): void;
}

/** Locks a chat until the unit ends, with one query however often it is asked for. Null when there is no such chat. */
export async function lockInUnit(unit: Unit, chatId: string): Promise<ChatRow | null> {
  const known = unit.lockedChats.get(chatId);
  if (known !== undefined) return known.now;
  const chat = await lockChat(unit.tx, chatId);
  if (chat !== null) unit.lockedChats.set(chatId, { stored: chat, now: chat });
  return chat;
}

/** A chat that this unit has inserted: as good as locked. */
export function adoptInUnit(unit: Unit, chat: ChatRow): void {
  unit.lockedChats.set(chat.id, { stored: chat, now: chat });
}

/** Changes a locked chat. Several changes in a unit become one statement: what they come to is all that is written. */
export function changeLocked(unit: Unit, now: ChatRow): void {
  const locked = unit.lockedChats.get(now.id);
  if (locked === undefined) throw new Error(`chat ${now.id} is changed without being locked`);
  locked.now = now;
}

/** Writes what has changed so far. For those who read the chat again inside the unit; else it happens before the commit. */
export async function flushUnit(unit: Unit): Promise<void> {
  for (const locked of unit.lockedChats.values()) {
    if (locked.stored === locked.now) continue;
    await writeChatRow(unit.tx, locked.stored, locked.now);
    locked.stored = locked.now;
  }
}

/** Runs `work` in one transaction, then announces what it changed. Nothing is announced when it throws. */
export async function inUnit<T>(
  store: Store,
  work: (unit: Unit) => Promise<T>,
): Promise<{ result: T; outbox: readonly OutboxRow[] }> {
  const done = await withTransaction(store.pool, async (tx) => {
    const unit: Unit = { tx, store, announcements: [], outbox: [], lockedChats: new Map() };
    const result = await work(unit);
    await flushUnit(unit);
    return { unit, result };
  });
  // Several transitions of one chat in a unit are one change to the world: only where it ended is told.
  const newest = new Map(done.unit.announcements.map((change) => [change.chat_id, change]));
  for (const change of newest.values()) store.announce(change);
  return { result: done.result, outbox: done.unit.outbox };
}

export async function promise(unit: Unit, row: NewOutboxRow): Promise<void> {
  unit.outbox.push(await insertOutboxRow(unit.tx, row));
}
