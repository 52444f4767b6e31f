// One transaction, and what must follow its commit: announcements on the live bus and deliveries to Temporal.
import type { ChatChanged, ChatDeleted } from "../core/stream/bus-message.ts";
import { type Tx, withTransaction } from "./database.ts";
import { insertOutboxRow, type NewOutboxRow, type OutboxRow } from "./outbox/outbox.ts";
import { type ChatChange, type ChatRow, lockChat, lockChatIfFree, writeChatRow } from "./row/chat-row.ts";
import type { Store } from "./store.ts";

export interface Unit {
  readonly tx: Tx;
  readonly store: Store;
  /** Announced on the live bus after the commit. */
  readonly announcements: (ChatChanged | ChatDeleted)[];
  /** Rows to deliver now. If this process dies first, the relay delivers them. */
  readonly outbox: OutboxRow[];
  /** Chats that this transaction has locked, as the database has them: nobody else can change them before it ends. */
  readonly lockedChats: Map<string, ChatRow>;
}

/** The attempt that writes. If it is no longer the chat's attempt, the write changes nothing (SPEC E3). */
export interface Fence {
  readonly turn_id: number;
  readonly history_version: number;
  readonly generation_attempt: number;
}

/** The chat inside a transition: as it was, and what changes. */
export interface Draft {
  readonly unit: Unit;
  readonly before: ChatRow;
  /** The version that this change will have. Messages that it writes carry it. */
  readonly version: number;
  readonly change: ChatChange;
  /** Notes that messages change: raises the history version once, and attempts start again (SPEC S1). */
  touchHistory(): void;
}

/** Locks a chat until the unit ends, with one query however often you call it. Null if there is no such chat. */
export async function lockInUnit(unit: Unit, chatId: string): Promise<ChatRow | null> {
  const known = unit.lockedChats.get(chatId);
  if (known !== undefined) return known;
  const chat = await lockChat(unit.tx, chatId);
  if (chat !== null) addInsertedToUnit(unit, chat);
  return chat;
}

/** Somebody else holds a chat that this unit needs, and that is locked before those the unit has. `inUnit` begins again with it. */
class LockItFirst extends Error {
  readonly chat_id: string;
  constructor(chatId: string) {
    super(`chat ${chatId} must be locked before its subagents`);
    this.name = "LockItFirst";
    this.chat_id = chatId;
  }
}

/**
 * Locks the root of a chat that is locked already. Trees are locked root first (SPEC S7), and to wait for the root now could be a
 * deadlock: if the root is not free, everything is rolled back, and the unit runs again with the root locked first.
 */
export async function lockRootInUnit(unit: Unit, rootId: string): Promise<ChatRow> {
  const known = unit.lockedChats.get(rootId);
  if (known !== undefined) return known;
  const root = await lockChatIfFree(unit.tx, rootId);
  if (root === null) throw new LockItFirst(rootId);
  addInsertedToUnit(unit, root);
  return root;
}

/** Adds a chat that this unit has inserted: nobody else can see it, so it counts as locked. */
export function addInsertedToUnit(unit: Unit, chat: ChatRow): void {
  unit.lockedChats.set(chat.id, chat);
}

/** Writes what differs from the locked row. What the unit reads afterwards has the change. */
export async function writeLocked(unit: Unit, now: ChatRow): Promise<void> {
  const stored = unit.lockedChats.get(now.id);
  if (stored === undefined) throw new Error(`chat ${now.id} is changed without being locked`);
  if (stored === now) return;
  await writeChatRow(unit.tx, stored, now);
  unit.lockedChats.set(now.id, now);
}

/**
 * Runs `work` in one transaction, then announces what it changed. If it throws, nothing is announced. It may run several times:
 * all but the last are rolled back.
 */
export async function inUnit<T>(
  store: Store,
  work: (unit: Unit) => Promise<T>,
): Promise<{ result: T; outbox: readonly OutboxRow[] }> {
  const done = await runUnit(store, work, null).catch((error: unknown) => {
    if (!(error instanceof LockItFirst)) throw error;
    return runUnit(store, work, error.chat_id);
  });
  // Several transitions of one chat in a unit are one change for everyone else: only the last one is announced.
  const newest = new Map(done.unit.announcements.map((change) => [change.chat_id, change]));
  for (const change of newest.values()) store.announce(change);
  // Rows that are meant for later are the relay's.
  const due = done.unit.outbox.filter(({ relay_after_ms }) => relay_after_ms === undefined);
  if (due.length > 0) store.deliver?.(due);
  return { result: done.result, outbox: done.unit.outbox };
}

/** @param first a chat that is locked before all others */
function runUnit<T>(store: Store, work: (unit: Unit) => Promise<T>, first: string | null) {
  return withTransaction(store.pool, async (tx) => {
    const unit: Unit = { tx, store, announcements: [], outbox: [], lockedChats: new Map() };
    if (first !== null) await lockInUnit(unit, first);
    return { unit, result: await work(unit) };
  });
}

export async function addToOutbox(unit: Unit, row: NewOutboxRow): Promise<void> {
  unit.outbox.push(await insertOutboxRow(unit.tx, row));
}
