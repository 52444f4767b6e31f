// The call that streams a chat.
import { z } from "zod";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { time } from "../../schemas/common.ts";
import { chatPath, ownStreamQuery } from "../../schemas/params.ts";
import { chatStreamFrame } from "../../schemas/stream-events.ts";
import { resumeFrom } from "../../streams/serve-stream.ts";
import { showReadableChat } from "./show-chat.ts";

const streamToken = z
  .strictObject({ token: z.string(), expires_at: time.meta({ description: "Connect before" }) })
  .meta({ id: "StreamToken" });

export function streamRoutes(deps: ApiDeps): Route[] {
  const stream = route({
    method: "get",
    path: "/v1/chats/{chat}/stream",
    summary: "Follow a chat as server-sent events",
    description:
      "A snapshot, `caught_up`, then what happens. Reconnect with the last `id` as `Last-Event-ID`.",
    tag: "Messages",
    access: { area: "chats" },
    params: chatPath,
    query: ownStreamQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream", schema: chatStreamFrame } },
    refusals: ["chat_not_found", "too_many_streams"],
    async handler({ params, query, caller, raw }) {
      const stream = deps.streams.admit(raw, caller);
      const { chat: chat_id } = params;
      const asked = { chat_id, user_id: caller.user.id };
      const { share_id } = await showReadableChat(deps.store.pool, asked, deps.links);
      const shared = share_id !== null;
      if (shared) deps.streams.bindToShare(stream, share_id);
      const cursor = resumeFrom(raw.request, query.after);
      // With a key that may only read, nothing changes, the read state included.
      const marks_read = query.read !== "false" && caller.scope !== "read" && !shared;
      await deps.streamChat(stream, { chat_id, cursor, messages: query.messages, marks_read, shared });
      return TAKEN_OVER;
    },
  });
  return [stream, makeToken(deps)];
}

function makeToken(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/stream-token",
    summary: "Make a token for the chat's stream",
    description:
      "For `EventSource`, which sends no headers: `?token=` on this chat's stream, within 60 seconds. The stream stays open until whoever made the token may not read the chat any more.",
    tag: "Messages",
    access: { area: "chats", changes: false },
    params: chatPath,
    responses: { 200: { description: "The token", schema: streamToken } },
    refusals: ["chat_not_found"],
    async handler({ params, caller }) {
      const { chat: chat_id } = params;
      await showReadableChat(deps.store.pool, { chat_id, user_id: caller.user.id }, deps.links);
      return { status: 200, body: deps.signIn.streamTokens.write(chat_id, caller) };
    },
  });
}
