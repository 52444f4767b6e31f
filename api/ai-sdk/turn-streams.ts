// Answers a request of an AI SDK client with a stream. The caller has been checked to own the chat.
import type { Hubs } from "../streams/chat/hubs.ts";
import { type MarkReadDeps, markVisit } from "../streams/chat/mark-read.ts";
import { holdHub } from "../streams/chat/stream-chat.ts";
import type { OpenStream } from "../streams/open-stream.ts";
import { createSseWriter } from "../streams/sse-writer.ts";
import { encodeChunks, STREAM_END } from "./chunk.ts";
import { type StreamedTurn, TurnStream } from "./turn-stream.ts";

export interface TurnStreamsDeps extends MarkReadDeps {
  readonly hubs: Pick<Hubs, "hold">;
}

/** Streams a turn as the answer to a request. Throws `Refusal` before it has sent anything. */
export type StreamTurn = (
  stream: OpenStream,
  turn: StreamedTurn,
  reading: {
    /** Whether the visit marks the chat as read. */
    readonly marks_read: boolean;
  },
) => Promise<void>;

/** Sent to a client that may not follow the turn any more. */
const KEY_GONE = "The API key was revoked or has expired.";

export function createTurnStreams(deps: TurnStreamsDeps): StreamTurn {
  return async (stream, turn, { marks_read }) => {
    const held = await holdHub(deps.hubs, turn.chat_id, stream);
    if (held === null) return;
    stream.response.setHeader("x-vercel-ai-ui-message-stream", "v1");
    stream.farewell = encodeChunks([{ type: "error", errorText: KEY_GONE }]) + STREAM_END;
    const out = createSseWriter(stream);
    if (stream.request.method === "HEAD") return out.end(null);
    const told = new TurnStream({ db: deps.store.pool, hub: held.watch, turn, out, logger: deps.logger });
    if (marks_read) markVisit(deps, turn.chat_id, stream);
    stream.onLeft(() => told.stop());
    told.start();
  };
}
