// What can be done with a chat of the list, by menu and by key.
import { type KeyboardEvent, useCallback } from "react";
import { useLocation } from "wouter";
import type { Chat } from "../../../../../client/index.ts";
import { everturn } from "../../../state/everturn.ts";
import { useFeedStore } from "../../../state/feed.ts";
import { useCommand } from "../../../state/use-command.ts";
import { useToast } from "../../../ui/layers/toasts.tsx";
import { chatIdOf } from "../../use-shown-chat.ts";

export type ChatDeed = "rename" | "pin" | "label" | "archive" | "delete";

export const DEED_KEYS: Readonly<Record<ChatDeed, string>> = {
  rename: "F2",
  pin: "P",
  label: "L",
  archive: "E",
  delete: "Del",
};

const KEYS: Readonly<Record<string, ChatDeed>> = {
  F2: "rename",
  p: "pin",
  l: "label",
  e: "archive",
  Delete: "delete",
};

export function deedOfKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): ChatDeed | null {
  return ctrlKey || metaKey || altKey ? null : (KEYS[key] ?? null);
}

/** Does at once what can be undone; asks for the rest in a dialog. */
export function useChatDeeds(chat: Chat, ask: (deed: ChatDeed) => void): (deed: ChatDeed) => void {
  const feed = useFeedStore();
  const { run } = useCommand("The chat could not be changed");
  const showToast = useToast();
  const [location, navigate] = useLocation();
  return useCallback(
    (deed: ChatDeed) => {
      const change = (body: Parameters<typeof everturn.chats.update>[1]) =>
        run(async () => feed.put(await everturn.chats.update(chat.id, body)));
      if (deed === "pin") {
        const pins = [...feed.getSnapshot().chats.values()].map(({ pin_order }) => pin_order ?? 0);
        void change({ pin_order: chat.pin_order === null ? Math.max(0, ...pins) + 1 : null });
      } else if (deed === "archive") {
        void change({ archived: !chat.archived }).then((isDone) => {
          if (!isDone || chat.archived) return;
          showToast({
            words: `“${chat.title || "Untitled chat"}” is archived.`,
            action: { label: "Undo", run: () => void change({ archived: false }) },
          });
          if (chatIdOf(location) === chat.id) navigate("/");
        });
      } else ask(deed);
    },
    [chat, feed, run, showToast, location, navigate, ask],
  );
}
