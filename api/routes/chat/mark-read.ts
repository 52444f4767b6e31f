// The API speaks HTTP and the store; this file: a chat is read, and those who follow all chats hear of it.
import type { LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import { markChatRead } from "../../../store/row/read-cursor.ts";
import type { Store } from "../../../store/store.ts";

export interface MarkReadDeps {
  readonly store: Pick<Store, "pool">;
  readonly bus: Pick<LiveBus, "publish">;
  readonly logger: Pick<Logger, "warn">;
}

/** At both ends of a visit: what was there, and what came while it was watched (SPEC T9). Nobody waits for it. */
export function markRead(deps: MarkReadDeps, chatId: string): void {
  markChatRead(deps.store.pool, chatId)
    .then((owner_id) => {
      if (owner_id !== null) deps.bus.publish({ type: "read", chat_id: chatId, owner_id });
    })
    .catch((error: unknown) => {
      deps.logger.warn({ err: error, chat_id: chatId }, "the read state of a chat could not be moved");
    });
}
