// The rows of the sidebar, from all chats that are known. Pure.
import type { Chat } from "../../../../client/index.ts";

/** What the list shows, with its words. */
export const SHOWN = {
  all: "All chats",
  asks: "Waiting for you",
  unread: "Unread",
  working: "Working",
  failed: "Failed",
  archived: "Archived",
} as const;
export type Shown = keyof typeof SHOWN;

export interface ListFilter {
  /** Part of the title, in any case. */
  readonly words: string;
  readonly show: Shown;
  /** `key:value`; null: any. */
  readonly label: string | null;
}

export const NO_FILTER: ListFilter = { words: "", show: "all", label: null };

export interface ListRow {
  readonly chat: Chat;
  /** 0: a chat of its own; 1 and more: a subagent below another. */
  readonly depth: number;
  readonly children: number;
  readonly is_open: boolean;
}

export interface ArrangeInput {
  readonly chats: ReadonlyMap<string, Chat>;
  readonly filter: ListFilter;
  /** Opened or closed by hand; the others are open while a subagent works, asks or is shown. */
  readonly opened: ReadonlyMap<string, boolean>;
  readonly shownId: string | null;
}

/** Pinned chats first, in their order, then by latest change; subagents below their parent, oldest first. */
export function arrangeChats({ chats, filter, opened, shownId }: ArrangeInput): ListRow[] {
  const children = childrenOf(chats);
  const shownPath = pathTo(chats, shownId);
  const fits = fitsFilter(filter);
  const fitsTree = (chat: Chat): boolean =>
    fits(chat) || (children.get(chat.id) ?? []).some((child) => fitsTree(child));
  const rows: ListRow[] = [];
  const add = (chat: Chat, depth: number) => {
    const below = children.get(chat.id) ?? [];
    const isOpen =
      below.length > 0 && (opened.get(chat.id) ?? (shownPath.has(chat.id) || below.some(isBusy)));
    rows.push({ chat, depth, children: below.length, is_open: isOpen });
    if (isOpen) for (const child of below) add(child, depth + 1);
  };
  const roots = [...chats.values()].filter((chat) => isRoot(chats, chat) && fitsTree(chat));
  for (const root of roots.sort(byPlace)) add(root, 0);
  return rows;
}

/** Labels in use, as `key:value`, by name. */
export function labelsOf(chats: ReadonlyMap<string, Chat>): string[] {
  const all = new Set<string>();
  for (const { labels } of chats.values())
    for (const [key, value] of Object.entries(labels)) all.add(`${key}:${value}`);
  return [...all].sort();
}

/** A subagent whose parent is not known stands by itself. */
function isRoot(chats: ReadonlyMap<string, Chat>, { parent_chat_id }: Chat): boolean {
  return parent_chat_id === null || !chats.has(parent_chat_id);
}

function childrenOf(chats: ReadonlyMap<string, Chat>): Map<string, Chat[]> {
  const children = new Map<string, Chat[]>();
  for (const chat of chats.values()) {
    if (chat.parent_chat_id === null || !chats.has(chat.parent_chat_id)) continue;
    const siblings = children.get(chat.parent_chat_id);
    if (siblings === undefined) children.set(chat.parent_chat_id, [chat]);
    else siblings.push(chat);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => compare(a.id, b.id));
  return children;
}

function pathTo(chats: ReadonlyMap<string, Chat>, id: string | null): Set<string> {
  const path = new Set<string>();
  let at = id === null ? undefined : chats.get(id);
  while (at?.parent_chat_id != null && !path.has(at.parent_chat_id)) {
    path.add(at.parent_chat_id);
    at = chats.get(at.parent_chat_id);
  }
  return path;
}

function isBusy({ status }: Chat): boolean {
  return status === "running" || status === "requires_action";
}

function fitsFilter({ words, show, label }: ListFilter): (chat: Chat) => boolean {
  const wanted = words.trim().toLowerCase();
  return (chat) =>
    chat.archived === (show === "archived") &&
    (wanted === "" || chat.title.toLowerCase().includes(wanted)) &&
    (label === null || Object.entries(chat.labels).some(([key, value]) => `${key}:${value}` === label)) &&
    isShown(chat, show);
}

function isShown(chat: Chat, show: Shown): boolean {
  switch (show) {
    case "asks":
      return chat.attention.length > 0 || chat.required_action !== null;
    case "unread":
      return chat.has_unread;
    case "working":
      return chat.status === "running" || chat.status === "interrupting";
    case "failed":
      return chat.status === "error";
    case "all":
    case "archived":
      return true;
  }
}

function byPlace(a: Chat, b: Chat): number {
  if (a.pin_order !== b.pin_order) {
    if (a.pin_order === null) return 1;
    if (b.pin_order === null) return -1;
    return a.pin_order - b.pin_order;
  }
  return compare(b.updated_at, a.updated_at) || compare(b.id, a.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
