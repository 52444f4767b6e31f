// Forks the open chat: a new chat with the history up to a message, which remembers what it was branched from.
import { useCallback } from "react";
import { useLocation } from "wouter";
import { useOpenChat } from "../open-chat.ts";

/** The label of a fork that names its source. */
export const FORKED_FROM = "forked_from";

/** @param message the last message that the fork gets; undefined: all */
export function useFork(message?: number): () => void {
  const { client, chat_id, act } = useOpenChat();
  const [, go] = useLocation();
  return useCallback(() => {
    void act("The chat was not forked", async () => {
      const fork = await client.chats.fork(chat_id, message === undefined ? {} : { message_id: message });
      // The fork is there, whether or not it can be found by its source later.
      await client.chats
        .update(fork.id, { labels: { ...fork.labels, [FORKED_FROM]: chat_id } })
        .catch(() => undefined);
      go(`/chats/${fork.id}`);
    });
  }, [client, chat_id, act, go, message]);
}
