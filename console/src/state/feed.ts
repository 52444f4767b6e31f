// The chats of the person who is signed in, live. The frame opens the feed once; everything below reads it here.
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Chat, FeedSnapshot, FeedStore } from "../../../client/index.ts";

export const FeedContext = createContext<FeedStore | null>(null);

export function useFeedStore(): FeedStore {
  const store = useContext(FeedContext);
  if (store === null) throw new Error("This component belongs into the frame.");
  return store;
}

/** Renders again with each change of any chat. */
export function useFeed(): FeedSnapshot {
  const store = useFeedStore();
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** One chat of the feed; renders again only when that one changes. */
export function useFeedChat(chatId: string): Chat | undefined {
  const store = useFeedStore();
  return useSyncExternalStore(store.subscribe, () => store.getSnapshot().chats.get(chatId));
}
