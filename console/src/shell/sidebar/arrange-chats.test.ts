import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat } from "../../../../client/index.ts";
import { aChat, chatMap } from "./a-chat.ts";
import { arrangeChats, type ListFilter, labelsOf, NO_FILTER } from "./arrange-chats.ts";
import { listItems, markOf } from "./list-items.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 29, 12, minute)).toISOString();
const child = (id: string, parent: string, more: Partial<Chat> = {}) =>
  aChat(id, { parent_chat_id: parent, ...more });

function arranged(
  chats: readonly Chat[],
  more: { filter?: Partial<ListFilter>; opened?: [string, boolean][]; shownId?: string } = {},
) {
  const rows = arrangeChats({
    chats: chatMap(...chats),
    filter: { ...NO_FILTER, ...more.filter },
    opened: new Map(more.opened),
    shownId: more.shownId ?? null,
  });
  return rows.map(({ chat, depth }) => `${"-".repeat(depth)}${chat.id}`);
}

test("pinned chats come first in their order, then the latest", () => {
  const chats = [
    aChat("old", { updated_at: at(1) }),
    aChat("second", { pin_order: 2 }),
    aChat("new", { updated_at: at(9) }),
    aChat("first", { pin_order: 1 }),
  ];
  assert.deepEqual(arranged(chats), ["first", "second", "new", "old"]);
});

test("subagents stand below their parent, oldest first, while one works, is shown, or was opened by hand", () => {
  const rest = [aChat("a"), child("a2", "a"), child("a1", "a"), child("a11", "a1")];
  assert.deepEqual(arranged(rest), ["a"]);
  assert.deepEqual(arranged(rest, { shownId: "a11" }), ["a", "-a1", "--a11", "-a2"]);
  assert.deepEqual(arranged(rest, { opened: [["a", true]] }), ["a", "-a1", "-a2"]);
  const busy = [aChat("a"), child("a1", "a", { status: "running" })];
  assert.deepEqual(arranged(busy), ["a", "-a1"]);
  assert.deepEqual(arranged(busy, { opened: [["a", false]] }), ["a"]);
});

test("a subagent whose parent is not known stands by itself, and a circle of parents ends", () => {
  assert.deepEqual(arranged([child("lost", "gone")]), ["lost"]);
  assert.deepEqual(arranged([child("x", "y"), child("y", "x"), aChat("a")], { shownId: "x" }), ["a"]);
});

test("a filter keeps a chat if it, or a subagent of it, fits", () => {
  const chats = [
    aChat("asks", { attention: [{ chat_id: "asks", tool_calls: [] }] }),
    aChat("root", { title: "Trip to the Alps" }),
    child("sub", "root", { status: "error", labels: { team: "web" } }),
    aChat("unread", { has_unread: true }),
    aChat("gone", { archived: true }),
  ];
  assert.deepEqual(arranged(chats, { filter: { words: "ALPS" } }), ["root"]);
  assert.deepEqual(arranged(chats, { filter: { show: "failed" } }), ["root"]);
  assert.deepEqual(arranged(chats, { filter: { show: "asks" } }), ["asks"]);
  assert.deepEqual(arranged(chats, { filter: { show: "unread" } }), ["unread"]);
  assert.deepEqual(arranged(chats, { filter: { show: "archived" } }), ["gone"]);
  assert.deepEqual(arranged(chats, { filter: { label: "team:web" } }), ["root"]);
  assert.deepEqual(arranged(chats).includes("gone"), false);
  assert.deepEqual(labelsOf(chatMap(...chats)), ["team:web"]);
});

test("what the server found is listed below, and titles that are listed already are not said twice", () => {
  const rows = arrangeChats({
    chats: chatMap(aChat("a")),
    filter: NO_FILTER,
    opened: new Map(),
    shownId: null,
  });
  const found = (chat_id: string, message_id: number | null) =>
    ({ chat_id, message_id, title: "x", role: null, created_at: at(1), excerpt: "", matches: [] }) as const;
  const items = listItems(rows, [found("a", null), found("b", null), found("a", 7)]);
  assert.deepEqual(
    items.map((item) =>
      item.type === "found" ? `${item.found.chat_id}${item.found.message_id ?? ""}` : item.type,
    ),
    ["chat", "heading", "b", "a7"],
  );
});

test("a question outranks work, work outranks an error, and an error outranks unread", () => {
  const action = { tool_calls: [], deadline_at: null };
  assert.equal(
    markOf(aChat("a", { status: "requires_action", required_action: action, has_unread: true })),
    "asks",
  );
  assert.equal(markOf(aChat("a", { status: "running", has_unread: true })), "working");
  assert.equal(markOf(aChat("a", { status: "error", has_unread: true })), "failed");
  assert.equal(markOf(aChat("a", { has_unread: true })), "unread");
  assert.equal(markOf(aChat("a")), null);
});
