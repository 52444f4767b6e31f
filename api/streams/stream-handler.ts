// The API speaks HTTP and the store; this file: GET /v1/chats/{chat}/stream, from the request to the reader. Whose chat it
// is has been checked before.

import { snapshotMessagesDefault } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Store } from "../../store/store.ts";
import { markRead } from "../routes/chat/mark-read.ts";
import { ChatReader } from "./chat/chat-reader.ts";
import type { HubRegistry } from "./chat/hub-registry.ts";
import { decodeCursor } from "./cursor.ts";
import type { OpenStream } from "./open-stream.ts";
import { createSseWriter } from "./sse-writer.ts";

export interface StreamHandlerDeps {
  readonly store: Pick<Store, "pool">;
  readonly hubs: HubRegistry;
  readonly bus: Pick<LiveBus, "publish">;
  readonly logger: Pick<Logger, "warn">;
}

export interface AskedStream {
  readonly chat_id: string;
  /** Where the reader left off; undefined: it begins. */
  readonly cursor: string | undefined;
  /** Newest messages of a snapshot. */
  readonly messages?: number | undefined;
  readonly marks_read: boolean;
}

/** Streams a chat. Throws `Refusal` before it has sent anything. */
export type StreamChat = (stream: OpenStream, asked: AskedStream) => Promise<void>;

export function createStreamHandler(deps: StreamHandlerDeps): StreamChat {
  return async (stream, { chat_id, cursor, messages, marks_read }) => {
    if (stream.isLeft) return;
    const held = deps.hubs.hold(chat_id, stream);
    await held.hub.ready;
    if (held.hub.ended === "deleted") throw new Refusal("chat_not_found");
    if (held.hub.ended !== null) throw new Refusal("draining");
    if (stream.isLeft) return;
    const sink = createSseWriter(stream);
    if (stream.request.method === "HEAD") return sink.end(null);
    const reader = new ChatReader({
      hub: held.hub,
      sink,
      messagesMax: messages ?? snapshotMessagesDefault,
      onFailed: (error) => deps.logger.warn({ err: error, chat_id }, "a stream could not be told"),
    });
    if (marks_read) markRead(deps, chat_id);
    stream.onLeft(() => {
      reader.stop();
      if (marks_read) markRead(deps, chat_id);
    });
    reader.start(decodeCursor(chat_id, cursor), !held.isNew);
  };
}
