// The store is the only room with SQL. This file: a history that a provider does not take back with what it had signed or
// sealed. Remembered with the chat, so that not each later step is refused once.
import type { Store } from "../store.ts";
import type { Fence } from "../turn/transition.ts";

export interface UnsealedHistory {
  readonly chat_id: string;
  readonly fence: Fence;
  /** Whose signatures and seals they are. */
  readonly provider: string;
  /** The newest message of the history. */
  readonly message_id: number;
}

/** Readers see nothing of it, so it is no transition; an attempt that has been overtaken changes nothing. */
export async function markUnsealed(store: Store, history: UnsealedHistory): Promise<void> {
  const { chat_id, fence, provider, message_id } = history;
  await store.pool.query(
    `update chats set unsealed = unsealed || jsonb_build_object($2::text, $3::bigint)
     where id = $1 and current_turn_id = $4 and history_version = $5 and generation_attempt = $6`,
    [chat_id, provider, message_id, fence.turn_id, fence.history_version, fence.generation_attempt],
  );
}
