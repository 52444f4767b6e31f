// The API speaks HTTP and the store; this file: GET /v1/chats/{chat}/stream, from the request to the reader. Whose chat it
// is has been checked before.
import type { Request, RequestHandler } from "express";
import type { LiveBus } from "../core/bus-message.ts";
import { snapshotMessagesDefault, snapshotMessagesMax } from "../core/limits.ts";
import { Refusal } from "../core/refusal.ts";
import type { Logger } from "../platform/logger.ts";
import type { Store } from "../store/store.ts";
import { ChatReader } from "./chat-reader.ts";
import { decodeCursor } from "./cursor.ts";
import type { HubRegistry } from "./hub-registry.ts";
import { markRead } from "./mark-read.ts";
import { createSseWriter } from "./sse-writer.ts";

export interface StreamHandlerDeps {
  readonly store: Pick<Store, "pool">;
  readonly hubs: HubRegistry;
  readonly bus: Pick<LiveBus, "publish">;
  readonly logger: Pick<Logger, "warn">;
}

export function createStreamHandler(deps: StreamHandlerDeps): RequestHandler {
  return async (request, response) => {
    const chatId = String(request.params["chat"]);
    const held = deps.hubs.hold(chatId);
    response.on("close", () => held.release());
    await held.hub.ready;
    if (held.hub.ended === "deleted") throw new Refusal("chat_not_found");
    if (held.hub.ended !== null) throw new Refusal("draining");
    if (response.destroyed) return;
    const sink = createSseWriter(response);
    if (request.method === "HEAD") return sink.end(null);
    const reader = new ChatReader({
      hub: held.hub,
      sink,
      messagesMax: messagesMax(request),
      onFailed: (error) => deps.logger.warn({ err: error, chat_id: chatId }, "a stream could not be told"),
    });
    const marksRead = request.query["read"] !== "false";
    if (marksRead) markRead(deps, chatId);
    response.on("close", () => {
      reader.stop();
      if (marksRead) markRead(deps, chatId);
    });
    reader.start(decodeCursor(chatId, lastEventId(request)), !held.isNew);
  };
}

/** The header wins: a browser sends it when it reconnects, under the URL it began with. */
function lastEventId(request: Request): string | undefined {
  const { after } = request.query;
  return request.get("Last-Event-ID") ?? (typeof after === "string" ? after : undefined);
}

function messagesMax(request: Request): number {
  const asked = Number(request.query["messages"] ?? snapshotMessagesDefault);
  return Number.isInteger(asked) && asked > 0
    ? Math.min(asked, snapshotMessagesMax)
    : snapshotMessagesDefault;
}
