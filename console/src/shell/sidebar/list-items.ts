// What stands in the list, row by row: chats, then what a search found in messages. Pure.
import type { AnswerOf, Chat } from "../../../../client/index.ts";
import type { ListRow } from "./arrange-chats.ts";

export type Found = AnswerOf<"get", "/v1/search">["items"][number];

export type ListItem =
  | { readonly type: "chat"; readonly row: ListRow }
  | { readonly type: "heading"; readonly words: string }
  | { readonly type: "found"; readonly found: Found };

export function listItems(rows: readonly ListRow[], found: readonly Found[]): ListItem[] {
  const listed = new Set(rows.map(({ chat }) => chat.id));
  // Titles that are in the list already are not said twice.
  const others = found.filter(({ message_id, chat_id }) => message_id !== null || !listed.has(chat_id));
  const items: ListItem[] = rows.map((row) => ({ type: "chat", row }));
  if (others.length > 0) items.push({ type: "heading", words: "Found in messages" });
  for (const one of others) items.push({ type: "found", found: one });
  return items;
}

export function itemKey(item: ListItem): string {
  switch (item.type) {
    case "chat":
      return item.row.chat.id;
    case "heading":
      return item.words;
    case "found":
      return `${item.found.chat_id}/${item.found.message_id ?? "title"}`;
  }
}

/** What a chat's mark says; null: nothing to say. */
export type Mark = "asks" | "working" | "failed" | "unread" | null;

export function markOf(chat: Chat): Mark {
  if (chat.required_action !== null || chat.attention.length > 0) return "asks";
  if (chat.status === "running" || chat.status === "interrupting") return "working";
  if (chat.status === "error") return "failed";
  return chat.has_unread ? "unread" : null;
}
