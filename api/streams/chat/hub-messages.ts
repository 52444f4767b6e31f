// Reads messages for readers that join a hub.
import { snapshotMessagesMax } from "../../../core/chat/limits.ts";
import type { Queryable } from "../../../store/database.ts";
import { readShownMessages, type ShownMessages } from "../../../store/stream/read-chat-snapshot.ts";
import type { HubState } from "./model/hub-state.ts";
import { type FreshMessages, packFresh } from "./model/join-stream.ts";

/** Readers that come at the same time share them. Kept for longer, the messages of all watched chats would fill the memory. */
const freshKeptMs = 2_000;

export class HubMessages {
  readonly #db: Queryable;
  readonly #chatId: string;
  #fresh: { readonly key: string; readonly messages: Promise<FreshMessages> } | null = null;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(db: Queryable, chatId: string) {
    this.#db = db;
    this.#chatId = chatId;
  }

  /** The newest messages of a state, read and encoded once for all readers that ask for that state. */
  newest(state: HubState, limit: number): Promise<FreshMessages> {
    const up_to_version = state.chat.snapshot_version;
    const key = `${limit}:${up_to_version}`;
    if (this.#fresh?.key === key) return this.#fresh.messages;
    const range = { since_version: 0, up_to_version, limit };
    const messages = readShownMessages(this.#db, this.#chatId, range).then((shown) =>
      packFresh(state, shown),
    );
    this.#fresh = { key, messages };
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.forget(), freshKeptMs).unref();
    messages.catch(() => {
      if (this.#fresh?.key === key) this.#fresh = null;
    });
    return messages;
  }

  /** Messages that changed between two versions. */
  async between(since_version: number, up_to_version: number): Promise<ShownMessages> {
    if (since_version === up_to_version) return { messages: [], has_more: false };
    const range = { since_version, up_to_version, limit: snapshotMessagesMax };
    return readShownMessages(this.#db, this.#chatId, range);
  }

  /** Drops what was kept for joining readers: the state has changed, or nobody joins any more. */
  forget(): void {
    clearTimeout(this.#forgetting);
    this.#fresh = null;
  }
}
