// The chats that have failed while this page was open and that nobody has looked at here since. A turn that fails before it has
// written a word leaves nothing unread behind, so the chat itself does not say that its error was not seen.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { type WaitingItem, waitingIds } from "../inbox/waiting.ts";
import { useShownChatId } from "../use-shown-chat.ts";

const none: ReadonlySet<string> = new Set();

/** @param waiting null: not known yet */
export function useFreshErrors(waiting: readonly WaitingItem[] | null): ReadonlySet<string> {
  const shownId = useShownChatId();
  const isVisible = useVisible();
  const known = useRef<ReadonlySet<string> | null>(null);
  const [fresh, setFresh] = useState(none);
  useEffect(() => {
    if (waiting === null) return;
    const before = known.current;
    const errors = waiting.filter(({ type }) => type === "error");
    known.current = new Set(errors.flatMap(waitingIds));
    // Those that stood there when the page was opened may have been seen elsewhere.
    const isNew = (item: WaitingItem) => before !== null && waitingIds(item).some((id) => !before.has(id));
    const isSeen = ({ chat }: WaitingItem) => isVisible && chat.id === shownId;
    setFresh((old) => {
      const next = errors.filter((item) => !isSeen(item) && (old.has(item.chat.id) || isNew(item)));
      const ids = new Set(next.map(({ chat }) => chat.id));
      return ids.size === old.size && [...ids].every((id) => old.has(id)) ? old : ids;
    });
  }, [waiting, shownId, isVisible]);
  return fresh;
}

function useVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener("visibilitychange", listener);
      return () => document.removeEventListener("visibilitychange", listener);
    },
    () => document.visibilityState === "visible",
  );
}
