// Archived chats are not in the feed's pages: they are read when somebody looks at them, and then kept live with the others.
import { useCallback, useEffect, useRef, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { useFeedStore } from "../../state/feed.ts";

const PAGE = 100;

/** `loadMore` reads a page. Throws what the call throws. */
export function useArchived(isWanted: boolean) {
  const feed = useFeedStore();
  const cursor = useRef<string | null | undefined>(undefined);
  const [hasMore, setHasMore] = useState(true);
  const loadMore = useCallback(async () => {
    if (cursor.current === null) return;
    const query = { archived: true, limit: PAGE, after: cursor.current };
    const { items, next_cursor } = await everturn.chats.list(query);
    cursor.current = next_cursor;
    for (const { children = [], ...chat } of items) for (const each of [chat, ...children]) feed.put(each);
    setHasMore(next_cursor !== null);
  }, [feed]);
  useEffect(() => {
    if (!isWanted) return;
    cursor.current = undefined;
    setHasMore(true);
  }, [isWanted]);
  return { hasMore, loadMore };
}
