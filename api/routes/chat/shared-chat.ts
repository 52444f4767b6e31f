// A chat as whoever has a share's link reads it, without an account (SPEC A10).
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { sharedChat, sharedMessage } from "../../../core/stream/shared-view.ts";
import { findShareByToken, type ShareRow } from "../../../store/access/shares.ts";
import type { Queryable } from "../../../store/database.ts";
import { findChatFile } from "../../../store/file/files.ts";
import { listMessages } from "../../../store/row/list-messages.ts";
import { toMessage } from "../../../store/row/to-wire.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { chat } from "../../schemas/chat.ts";
import { message } from "../../schemas/message.ts";
import { messageQuery, sharedFilePath, sharedPath, streamQuery } from "../../schemas/params.ts";
import { chatStreamFrame } from "../../schemas/stream-events.ts";
import { resumeFrom } from "../../streams/serve-stream.ts";
import { sendStored } from "../files/send-file.ts";
import { showChat } from "./show-chat.ts";

const tag = "Sharing";

const sharedPage = z
  .strictObject({ chat, messages: z.array(message), has_more: z.boolean() })
  .meta({ id: "SharedChat" });

export function sharedChatRoutes(deps: ApiDeps): Route[] {
  return [read(deps), stream(deps), download(deps)];
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/shared/{token}",
    summary: "Read a shared chat",
    description:
      "Newest messages first; oldest first with only `after_id`. What readers do not see is null or empty: settings, costs, errors of providers, workspaces, the queue.",
    tag,
    access: "public",
    params: sharedPath,
    query: messageQuery,
    responses: { 200: { description: "The chat, and a page of its messages", schema: sharedPage } },
    refusals: ["share_not_found", "rate_limited", "unavailable"],
    async handler({ params, query }) {
      const { pool } = deps.store;
      const { chat_id } = await requireShare(pool, params.token);
      const shown = sharedChat(await showChat(pool, chat_id, deps.links));
      const page = await listMessages(pool, { ...query, chat_id });
      const messages = page.messages.map(toMessage).map(sharedMessage);
      return { status: 200, body: { chat: shown, messages, has_more: page.has_more } };
    },
  });
}

function stream(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/shared/{token}/stream",
    summary: "Follow a shared chat as server-sent events",
    description:
      "As the stream of a chat of one's own, for as long as the share lasts. `EventSource` needs nothing but this address.",
    tag,
    access: "public",
    params: sharedPath,
    query: streamQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream", schema: chatStreamFrame } },
    refusals: ["share_not_found", "rate_limited", "too_many_streams", "unavailable"],
    async handler({ params, query, raw }) {
      const { id, chat_id } = await requireShare(deps.store.pool, params.token);
      const opened = deps.streams.admitReader(raw, id);
      const cursor = resumeFrom(raw.request, query.after);
      await deps.streamChat(opened, {
        chat_id,
        cursor,
        messages: query.messages,
        marks_read: false,
        shared: true,
      });
      return TAKEN_OVER;
    },
  });
}

function download(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/shared/{token}/files/{file}",
    summary: "Download a file of a shared chat",
    description: "Files that its messages show, and no others. Always as an attachment.",
    tag,
    access: "public",
    params: sharedFilePath,
    responses: {
      200: { description: "Its bytes, under its own type", content_type: "application/octet-stream" },
    },
    refusals: ["share_not_found", "file_not_found", "rate_limited", "unavailable"],
    async handler({ params, raw }) {
      const { pool } = deps.store;
      const { chat_id } = await requireShare(pool, params.token);
      const row = await findChatFile(pool, { id: params.file, chat_ids: [chat_id] });
      if (row === null) throw new Refusal("file_not_found");
      return sendStored(deps, raw.response, row);
    },
  });
}

async function requireShare(db: Queryable, token: string): Promise<ShareRow> {
  const share = await findShareByToken(db, token);
  if (share === null) throw new Refusal("share_not_found");
  return share;
}
