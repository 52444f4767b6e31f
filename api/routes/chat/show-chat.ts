// A chat as its owner sees it.
import type { Chat } from "../../../core/chat/message.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Queryable } from "../../../store/database.ts";
import { readWireChat } from "../../../store/row/read-wire-chat.ts";
import { type ChatLinks, toChat } from "../../../store/row/to-wire.ts";

/** @throws Refusal `chat_not_found` */
export async function showChat(db: Queryable, chatId: string, links: ChatLinks): Promise<Chat> {
  const row = await readWireChat(db, chatId);
  if (row === null) throw new Refusal("chat_not_found");
  return toChat(row, links);
}

/** Refuses a chat that does not exist or belongs to somebody else, in the same way (SPEC A2). */
export async function showOwnChat(
  db: Queryable,
  asked: { readonly chat_id: string; readonly owner_id: string },
  links: ChatLinks,
): Promise<Chat> {
  const chat = await showChat(db, asked.chat_id, links);
  if (chat.owner_id !== asked.owner_id) throw new Refusal("chat_not_found");
  return chat;
}
