// Lists and reads the turns of a chat.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Turn } from "../../../core/chat/turn.ts";
import { type ListedTurn, listTurns, readTurn } from "../../../store/chat/list-turns.ts";
import { type ChatRow, readChatRow } from "../../../store/row/chat-row.ts";
import type { ApiDeps } from "../../deps.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { messageId } from "../../schemas/common.ts";
import { chatPath, pageQuery, turnPath } from "../../schemas/params.ts";
import { turn } from "../../schemas/turn.ts";

const tag = "Chats";
const cursor = listCursor({ turn_id: messageId });
const turnPage = z
  .strictObject({ items: z.array(turn), next_cursor: z.string().nullable() })
  .meta({ id: "TurnPage" });

export function turnRoutes(deps: ApiDeps): Route[] {
  return [list(deps), read(deps)];
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/turns",
    summary: "List the turns of a chat",
    description: "Newest first. Turns that an edit has removed are not among them.",
    tag,
    access: { area: "chats" },
    params: chatPath,
    query: pageQuery,
    responses: { 200: { description: "A page of turns", schema: turnPage } },
    refusals: ["chat_not_found", "invalid_cursor"],
    async handler({ params, query, caller }) {
      const before = query.after === undefined ? undefined : cursor.read(query.after).turn_id;
      const chat = await ownChat(deps, params.chat, caller.user.id);
      const page = await listTurns(deps.store.pool, { chat, before, limit: query.limit });
      const items = page.turns.map((one) => toTurn(deps, chat, one));
      const next_cursor = page.next === null ? null : cursor.write({ turn_id: page.next });
      return { status: 200, body: { items, next_cursor } };
    },
  });
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/turns/{turn}",
    summary: "Read a turn",
    tag,
    access: { area: "chats" },
    params: turnPath,
    responses: { 200: { description: "The turn", schema: turn } },
    refusals: ["chat_not_found", "turn_not_found"],
    async handler({ params, caller }) {
      const chat = await ownChat(deps, params.chat, caller.user.id);
      const found = await readTurn(deps.store.pool, chat, params.turn);
      if (found === null) throw new Refusal("turn_not_found");
      return { status: 200, body: toTurn(deps, chat, found) };
    },
  });
}

async function ownChat(deps: ApiDeps, id: string, ownerId: string): Promise<ChatRow> {
  const chat = await readChatRow(deps.store.pool, id);
  if (chat?.owner_id !== ownerId) throw new Refusal("chat_not_found");
  return chat;
}

/** All runs of a chat have one workflow id: the link shows the newest, and the list of the others. */
function toTurn({ links }: ApiDeps, { id }: ChatRow, listed: ListedTurn): Turn {
  return { ...listed, links: { temporal: links.temporal(id) } };
}
