// A chat as its owner sees it, or somebody with whom it is shared.
import type { Chat } from "../../../core/chat/message.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { sharedChat } from "../../../core/stream/shared-view.ts";
import { findShareWith } from "../../../store/access/shares.ts";
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

export interface ReadableChat {
  readonly chat: Chat;
  /** The share by which the caller reads it; null: it is the caller's own. */
  readonly share_id: string | null;
}

/** The caller's own chat, or what is shown of one that is shared with them. Throws Refusal `chat_not_found`. */
export async function showReadableChat(
  db: Queryable,
  asked: { readonly chat_id: string; readonly user_id: string },
  links: ChatLinks,
): Promise<ReadableChat> {
  const chat = await showChat(db, asked.chat_id, links);
  const share_id = await findReading(db, asked, chat.owner_id ?? undefined);
  return { chat: share_id === null ? chat : sharedChat(chat), share_id };
}

/**
 * How a user reads a chat: by a share with this id, or, if null, as its owner.
 * @param ownerId undefined if there is no such chat
 * @throws Refusal `chat_not_found`
 */
export async function findReading(
  db: Queryable,
  asked: { readonly chat_id: string; readonly user_id: string },
  ownerId: string | undefined,
): Promise<string | null> {
  if (ownerId === asked.user_id) return null;
  const share = ownerId === undefined ? null : await findShareWith(db, asked);
  if (share === null) throw new Refusal("chat_not_found");
  return share.id;
}
