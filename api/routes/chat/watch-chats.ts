// The call that streams all chats of the caller.
import { z } from "zod";
import { feedChatsMax } from "../../../core/chat/limits.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { feedFrame } from "../../schemas/stream-events.ts";
import { decodeFeedCursor } from "../../streams/feed/feed-cursor.ts";
import { followWatch, holdReady, resumeFrom } from "../../streams/serve-stream.ts";

/** Our cursors have at most 256 bytes. Longer texts are answered like any foreign cursor. */
const cursorCharsMax = 4_096;

const watchQuery = z.strictObject({
  after: z
    .string()
    .max(cursorCharsMax)
    .optional()
    .meta({ description: "A cursor; the header `Last-Event-ID` wins" }),
});

/** Mount it before the routes of one chat, since its path looks like one of them. */
export function watchRoutes(deps: ApiDeps): Route[] {
  const watch = route({
    method: "get",
    path: "/v1/chats/watch",
    summary: "Follow all chats of the caller as server-sent events",
    description: [
      `\`snapshot\` {chats}: the newest ${feedChatsMax}, roots and descendants alike, archived ones too; it replaces what was known.`,
      "Then {chat} as `created`, `action_required`, `archived` (also when it comes back), `status_change` (and whatever has no name",
      "of its own), `queue_change`, `title_change`, `summary_change` or `read_change`: the first that holds; and `deleted` {chat_id}.",
      "At least once: take a chat unless you have one of a newer `snapshot_version`. Reconnect with the last `id` as `Last-Event-ID`:",
      "what changed since then is sent again, or a snapshot.",
    ].join(" "),
    tag: "Chats",
    access: { area: "chats" },
    query: watchQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream", schema: feedFrame } },
    refusals: ["too_many_streams"],
    async handler({ query, caller, raw }) {
      const stream = deps.streams.admit(raw, caller);
      const held = await holdReady(deps.feeds, caller.user.id, stream);
      if (held === null) return TAKEN_OVER;
      const toldMs = decodeFeedCursor(caller.user.id, resumeFrom(raw.request, query.after));
      followWatch(stream, { watch: held.watch, place: { toldMs, taken: null } });
      return TAKEN_OVER;
    },
  });
  return [watch];
}
