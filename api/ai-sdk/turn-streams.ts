// The API speaks HTTP and the store; this file: from a request of an AI SDK client to the stream that answers it. Whose chat
// it is has been checked before.

import { Refusal } from "../../core/chat/refusal.ts";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Store } from "../../store/store.ts";
import { markRead } from "../routes/chat/mark-read.ts";
import type { HubRegistry } from "../streams/chat/hub-registry.ts";
import type { OpenStream } from "../streams/open-stream.ts";
import { createSseWriter, type Frames } from "../streams/sse-writer.ts";
import { encodeChunks, STREAM_END } from "./chunk.ts";
import { type StreamedTurn, TurnStream } from "./turn-stream.ts";

export interface TurnStreamsDeps {
  readonly store: Pick<Store, "pool">;
  readonly hubs: HubRegistry;
  readonly bus: Pick<LiveBus, "publish">;
  readonly logger: Pick<Logger, "warn">;
}

/** Streams a turn as the answer to a request. Throws `Refusal` before it has sent anything. */
export type StreamTurn = (stream: OpenStream, turn: StreamedTurn) => Promise<void>;

/** Where a client is sent away whose key is not good any more. */
const KEY_GONE = "The API key was revoked or has expired.";

export function createTurnStreams(deps: TurnStreamsDeps): StreamTurn {
  return async (stream, turn) => {
    if (stream.isLeft) return;
    const { hub } = deps.hubs.hold(turn.chat_id, stream);
    await hub.ready;
    if (hub.ended === "deleted") throw new Refusal("chat_not_found");
    if (hub.ended !== null) throw new Refusal("draining");
    if (stream.isLeft) return;
    stream.response.setHeader("x-vercel-ai-ui-message-stream", "v1");
    stream.farewell = encodeChunks([{ type: "error", errorText: KEY_GONE }]) + STREAM_END;
    const out = createSseWriter<Frames>(stream);
    if (stream.request.method === "HEAD") return out.end(null);
    const told = new TurnStream({ db: deps.store.pool, hub, turn, out, logger: deps.logger });
    markRead(deps, turn.chat_id);
    stream.onLeft(() => {
      told.stop();
      markRead(deps, turn.chat_id);
    });
    told.start();
  };
}
