// Remembers with the chat that a provider no longer accepts what it signed or sealed, so that not every later step is
// refused once.
import type { Store } from "../store.ts";
import type { Fence } from "../unit.ts";

export interface UnsealedHistory {
  readonly chat_id: string;
  readonly fence: Fence;
  /** The provider that signed or sealed. */
  readonly provider: string;
  /** The newest message of the history. */
  readonly message_id: number;
}

/** Readers see nothing of this, so it is not a transition. An attempt that was overtaken changes nothing. */
export async function markUnsealed(store: Store, history: UnsealedHistory): Promise<void> {
  const { chat_id, fence, provider, message_id } = history;
  await store.pool.query(
    `update chats set unsealed = unsealed || jsonb_build_object($2::text, $3::bigint)
     where id = $1 and current_turn_id = $4 and history_version = $5 and generation_attempt = $6`,
    [chat_id, provider, message_id, fence.turn_id, fence.history_version, fence.generation_attempt],
  );
}
