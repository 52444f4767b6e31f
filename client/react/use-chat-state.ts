// React: a chat and the list of chats as state of a component.
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Everturn } from "../everturn.ts";
import type { ChatSnapshot, ChatStore, ChatStoreOptions } from "../store/chat-store.ts";
import type { FeedSnapshot, FeedStore } from "../store/feed-store.ts";

const nobody = () => () => undefined;
const nothing = () => null;

/**
 * The state of a chat, and its store; null until the first render has been shown. The connection lives as long as the component,
 * or until another chat is given. Give the same options each time: only the first ones of a chat count.
 */
export function useChatState(
  client: Everturn,
  chatId: string,
  options: ChatStoreOptions = {},
): { readonly state: ChatSnapshot | null; readonly store: ChatStore | null } {
  const store = useOpened(() => client.chats.open(chatId, options), [client, chatId]);
  return { state: useSnapshot(store), store };
}

/** The caller's chats, and their store; null until the first render has been shown. */
export function useFeed(client: Everturn): {
  readonly state: FeedSnapshot | null;
  readonly store: FeedStore | null;
} {
  const store = useOpened(() => client.feed.open(), [client]);
  return { state: useSnapshot(store), store };
}

/** Opens a store when the component is shown, and closes it when it goes. */
function useOpened<S extends { close(): void }>(open: () => S, of: readonly unknown[]): S | null {
  const [opened, setOpened] = useState<{ readonly store: S; readonly of: readonly unknown[] } | null>(null);
  useEffect(() => {
    const store = open();
    setOpened({ store, of });
    return () => store.close();
    // `open` is another function with each render, and means the same while `of` is the same.
  }, of);
  // Until the effect has run, the store of another chat must not be shown.
  return opened !== null && opened.of.every((each, i) => each === of[i]) ? opened.store : null;
}

function useSnapshot<Snapshot>(
  store: {
    readonly subscribe: (listener: () => void) => () => void;
    readonly getSnapshot: () => Snapshot;
  } | null,
): Snapshot | null {
  return useSyncExternalStore<Snapshot | null>(
    store?.subscribe ?? nobody,
    store?.getSnapshot ?? nothing,
    nothing,
  );
}
