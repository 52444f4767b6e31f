// Reads a chat's row with the fields that are derived for API clients.

import { prepared, type Queryable } from "../database.ts";
import { CHILD_QUESTIONS } from "./attention.ts";
import { CHAT_COLUMNS } from "./chat-row.ts";
import type { WireChatRow } from "./to-wire.ts";
import { HAS_UNREAD } from "./unread.ts";

const WIRE_CHAT = `select ${CHAT_COLUMNS.join(", ")}, ${HAS_UNREAD}, ${CHILD_QUESTIONS} from chats where id = $1`;

export async function readWireChat(db: Queryable, chatId: string): Promise<WireChatRow | null> {
  const { rows } = await db.query<WireChatRow>(prepared(WIRE_CHAT, [chatId]));
  return rows[0] ?? null;
}
