// The store is the only room with SQL. This file: a chat row with what is derived for API clients.
import type { Queryable } from "./database.ts";
import { HAS_UNREAD } from "./read-cursor.ts";
import type { WireChatRow } from "./to-wire.ts";

export async function readWireChat(db: Queryable, chatId: string): Promise<WireChatRow | null> {
  const { rows } = await db.query<WireChatRow>(`select chats.*, ${HAS_UNREAD} from chats where id = $1`, [
    chatId,
  ]);
  return rows[0] ?? null;
}
