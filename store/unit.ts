// The store is the only room with SQL. This file: one transaction with what must follow it (announcements, deliveries).
import type { ChatChanged, ChatDeleted } from "../core/bus-message.ts";
import { type ChatRow, lockChat } from "./chat-row.ts";
import { type Tx, withTransaction } from "./database.ts";
import { insertOutboxRow, type NewOutboxRow, type OutboxRow } from "./outbox.ts";
import type { Store } from "./store.ts";

export interface Unit {
  readonly tx: Tx;
  readonly store: Store;
  /** Announced on the live bus after commit. */
  readonly announcements: (ChatChanged | ChatDeleted)[];
  /** Rows to deliver now; the relay delivers them when this process dies first. */
  readonly outbox: OutboxRow[];
  /** Rows this transaction has locked, as it has left them: nobody else can change them before it ends. */
  readonly lockedChats: Map<string, ChatRow>;
}

/** Locks a chat until the unit ends, with one query however often it is asked for. Null when there is no such chat. */
export async function lockInUnit(unit: Unit, chatId: string): Promise<ChatRow | null> {
  const known = unit.lockedChats.get(chatId);
  if (known !== undefined) return known;
  const chat = await lockChat(unit.tx, chatId);
  if (chat !== null) unit.lockedChats.set(chatId, chat);
  return chat;
}

/** Runs `work` in one transaction, then announces what it changed. Nothing is announced when it throws. */
export async function inUnit<T>(
  store: Store,
  work: (unit: Unit) => Promise<T>,
): Promise<{ result: T; outbox: readonly OutboxRow[] }> {
  const done = await withTransaction(store.pool, async (tx) => {
    const unit: Unit = { tx, store, announcements: [], outbox: [], lockedChats: new Map() };
    const result = await work(unit);
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
