// The API speaks HTTP and the store; this file: from a request of an AI SDK client to the stream that answers it. Whose chat
// it is has been checked before.
import type { Request, Response } from "express";
import type { LiveBus } from "../../core/bus-message.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Store } from "../../store/store.ts";
import type { HubRegistry } from "../hub-registry.ts";
import { markRead } from "../mark-read.ts";
import { createSseWriter, type Frames } from "../sse-writer.ts";
import { type StreamedTurn, TurnStream } from "./turn-stream.ts";

export interface TurnStreamsDeps {
  readonly store: Pick<Store, "pool">;
  readonly hubs: HubRegistry;
  readonly bus: Pick<LiveBus, "publish">;
  readonly logger: Pick<Logger, "warn">;
}

/** Streams a turn as the answer to a request. Throws `Refusal` before it has sent anything. */
export type StreamTurn = (
  exchange: { readonly request: Request; readonly response: Response },
  turn: StreamedTurn,
) => Promise<void>;

export function createTurnStreams(deps: TurnStreamsDeps): StreamTurn {
  return async ({ request, response }, turn) => {
    const held = deps.hubs.hold(turn.chat_id);
    response.on("close", () => held.release());
    await held.hub.ready;
    if (held.hub.ended === "deleted") throw new Refusal("chat_not_found");
    if (held.hub.ended !== null) throw new Refusal("draining");
    if (response.destroyed) return;
    response.setHeader("x-vercel-ai-ui-message-stream", "v1");
    const out = createSseWriter<Frames>(response);
    if (request.method === "HEAD") return out.end(null);
    const stream = new TurnStream({ db: deps.store.pool, hub: held.hub, turn, out, logger: deps.logger });
    markRead(deps, turn.chat_id);
    response.on("close", () => {
      stream.stop();
      markRead(deps, turn.chat_id);
    });
    stream.start();
  };
}
