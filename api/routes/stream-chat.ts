// Routes: the stream of a chat, described and validated here; the frames are written by the stream handler.
import { z } from "zod";
import { snapshotMessagesDefault, snapshotMessagesMax } from "../../core/limits.ts";
import type { ApiDeps } from "../deps.ts";
import { type Route, route, TAKEN_OVER } from "../route.ts";
import { queryNumber } from "../schemas/common.ts";
import { chatPath } from "../schemas/params.ts";
import { showOwnChat } from "../show-chat.ts";

/** Cursors are at most 256 bytes; what is longer is foreign, and answered like any foreign one. */
const cursorCharsMax = 4_096;

const streamQuery = z.strictObject({
  after: z
    .string()
    .max(cursorCharsMax)
    .optional()
    .meta({ description: "A cursor; the header `Last-Event-ID` wins" }),
  messages: queryNumber(1, snapshotMessagesMax)
    .optional()
    .meta({ description: `Newest messages in the first snapshot, ${snapshotMessagesDefault} unless given` }),
  read: z.enum(["true", "false"]).optional().meta({ description: "`false` leaves the read state as it is" }),
});

export function streamRoutes(deps: ApiDeps): Route[] {
  const stream = route({
    method: "get",
    path: "/v1/chats/{chat}/stream",
    summary: "Follow a chat as server-sent events",
    description:
      "A snapshot, `caught_up`, then what happens. Reconnect with the last `id` as `Last-Event-ID`.",
    tag: "Messages",
    params: chatPath,
    query: streamQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream" } },
    refusals: ["chat_not_found"],
    async handler({ params, caller, raw }) {
      const asked = { chat_id: params.chat, owner_id: caller.user_id };
      await showOwnChat(deps.store.pool, asked, deps.links);
      // The handler reads the path itself; it must see the id as it is written everywhere else.
      raw.request.params["chat"] = params.chat;
      await deps.streamHandler(raw.request, raw.response, raw.next);
      return TAKEN_OVER;
    },
  });
  return [stream];
}
