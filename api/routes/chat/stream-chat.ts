// The call that streams a chat.
import { z } from "zod";
import { snapshotMessagesDefault, snapshotMessagesMax } from "../../../core/chat/limits.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { queryNumber } from "../../schemas/common.ts";
import { chatPath } from "../../schemas/params.ts";
import { chatStreamFrame } from "../../schemas/stream-events.ts";
import { resumeFrom } from "../../streams/serve-stream.ts";
import { showOwnChat } from "./show-chat.ts";

/** Our cursors have at most 256 bytes. Longer texts are answered like any foreign cursor. */
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
    access: { area: "chats" },
    params: chatPath,
    query: streamQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream", schema: chatStreamFrame } },
    refusals: ["chat_not_found", "too_many_streams"],
    async handler({ params, query, caller, raw }) {
      const stream = deps.streams.admit(raw, caller);
      const { chat: chat_id } = params;
      await showOwnChat(deps.store.pool, { chat_id, owner_id: caller.user.id }, deps.links);
      const cursor = resumeFrom(raw.request, query.after);
      // With a key that may only read, nothing changes, the read state included.
      const marks_read = query.read !== "false" && caller.scope !== "read";
      await deps.streamChat(stream, { chat_id, cursor, messages: query.messages, marks_read });
      return TAKEN_OVER;
    },
  });
  return [stream];
}
