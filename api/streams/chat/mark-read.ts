// Marks a chat as read and announces it, so that feeds show it.
import type { LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import { markChatRead } from "../../../store/row/unread.ts";
import type { Store } from "../../../store/store.ts";
import type { Leaving } from "../open-stream.ts";

export interface MarkReadDeps {
  readonly store: Pick<Store, "pool">;
  readonly bus: Pick<LiveBus, "publish">;
  readonly logger: Pick<Logger, "warn">;
}

/** Marks a chat as read as its reader comes, and again as it leaves: what came meanwhile was watched (SPEC T9). */
export function markVisit(deps: MarkReadDeps, chatId: string, visit: Leaving): void {
  void markRead(deps, chatId);
  visit.onLeft(() => void markRead(deps, chatId));
}

async function markRead({ store, bus, logger }: MarkReadDeps, chat_id: string): Promise<void> {
  try {
    const owner_id = await markChatRead(store.pool, chat_id);
    if (owner_id !== null) bus.publish({ type: "read", chat_id, owner_id });
  } catch (error) {
    logger.warn({ err: error, chat_id }, "a chat could not be marked as read");
  }
}
