// Searches the caller's own chats.
import { z } from "zod";
import { searchesAtOnceMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { excerptOf, searchWords } from "../../../core/text/excerpt.ts";
import { type FoundPosition, search } from "../../../store/chat/search.ts";
import type { ApiDeps } from "../../deps.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { messageId, time, uuid } from "../../schemas/common.ts";
import { searchQuery } from "../../schemas/params.ts";

const cursor = listCursor({ chat_id: z.uuid().nullable(), message_id: z.int().positive().nullable() });

const found = z
  .strictObject({
    chat_id: uuid,
    title: z.string().meta({ description: "Of the chat" }),
    message_id: messageId.nullable().meta({ description: "Null: the title was found" }),
    role: z.enum(["user", "assistant"]).nullable(),
    created_at: time,
    excerpt: z.string(),
    matches: z
      .array(z.array(z.int().nonnegative()).length(2))
      .meta({ description: "Start and end of each word found, in UTF-16 units of the excerpt" }),
  })
  .meta({ id: "Found" });
const foundPage = z
  .strictObject({ items: z.array(found), next_cursor: z.string().nullable() })
  .meta({ id: "FoundPage" });

export function searchRoutes(deps: ApiDeps): Route[] {
  let running = 0;
  const find = route({
    method: "get",
    path: "/v1/search",
    summary: "Search titles and messages of the caller's chats",
    description:
      "Titles first, then messages, newest first. Archived chats are searched, too; deleted and hidden messages are not.",
    tag: "Chats",
    access: { area: "chats" },
    query: searchQuery,
    responses: { 200: { description: "A page of what was found", schema: foundPage } },
    refusals: ["invalid_cursor", "search_too_slow"],
    async handler({ query: { q, limit, after }, caller }) {
      const input = { q, limit, owner_id: caller.user.id, after: positionAt(after) };
      if (running >= searchesAtOnceMax) throw new Refusal("search_too_slow", "too many searches at once");
      running++;
      try {
        const page = await search(deps.store.pool, input);
        const words = searchWords(q);
        const items = page.found.map(({ text, created_at, ...rest }) => {
          const { text: excerpt, matches } = excerptOf(text, words);
          return { ...rest, created_at: new Date(created_at).toISOString(), excerpt, matches };
        });
        const next_cursor = page.next === null ? null : cursor.write(page.next);
        return { status: 200, body: { items, next_cursor } };
      } finally {
        running--;
      }
    },
  });
  return [find];
}

/** @throws Refusal `invalid_cursor` */
function positionAt(after: string | undefined): FoundPosition | undefined {
  if (after === undefined) return undefined;
  const { chat_id, message_id } = cursor.read(after);
  if (message_id === null && chat_id !== null) return { chat_id, message_id };
  if (message_id !== null && chat_id === null) return { chat_id, message_id };
  throw new Refusal("invalid_cursor", "`after` is the `next_cursor` of an earlier answer");
}
