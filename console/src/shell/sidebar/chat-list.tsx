// The list of chats. Only the rows in view are on the page, so ten thousand chats cost as much as fifty.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useFeed, useFeedStore } from "../../state/feed.ts";
import { useCommand } from "../../state/use-command.ts";
import { Button } from "../../ui/controls/button.tsx";
import { Spinner } from "../../ui/shown/spinner.tsx";
import { useShownChatId } from "../use-shown-chat.ts";
import { arrangeChats, type ListFilter } from "./arrange-chats.ts";
import styles from "./chat-list.module.css";
import { itemKey, type ListItem, listItems } from "./list-items.ts";
import { ChatRow } from "./row/chat-row.tsx";
import { FoundRow } from "./row/found-row.tsx";
import { useArchived } from "./use-archived.ts";
import { useSearch } from "./use-search.ts";

const ROW_PX = 34;
const FOUND_PX = 58;
/** Rows beyond the edge, so that fast scrolling shows no gap. */
const OVERSCAN = 12;
/** So many rows before the end the next page is asked for. */
const AHEAD = 40;

interface ChatListProps {
  readonly filter: ListFilter;
  readonly onClear: () => void;
}

export function ChatList({ filter, onClear }: ChatListProps) {
  const { chats, isLoaded } = useFeed();
  const shownId = useShownChatId();
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const search = useSearch(filter.words);
  const rows = useMemo(
    () => arrangeChats({ chats, filter, opened, shownId }),
    [chats, filter, opened, shownId],
  );
  const items = useMemo(() => listItems(rows, search.found), [rows, search.found]);
  const paging = usePaging(filter);
  const onToggle = useCallback((id: string, isOpen: boolean) => {
    setOpened((before) => new Map(before).set(id, isOpen));
  }, []);
  const isSearched = filter.words.trim() !== "";
  const isLoading = !isLoaded || search.isSearching || paging.isLoading;
  return (
    <>
      <VirtualList items={items} shownId={shownId} onToggle={onToggle} onEnd={paging.onEnd} />
      <div className={styles.foot} role="status">
        {search.fault !== null && <p className={styles.fault}>{search.fault}</p>}
        {isLoading && <Spinner label={isSearched ? "Searching" : "Loading chats"} />}
        {!isLoading && items.length === 0 && <Nothing filter={filter} onClear={onClear} />}
      </div>
    </>
  );
}

function Nothing({ filter, onClear }: ChatListProps) {
  if (filter.words.trim() === "" && filter.show === "all" && filter.label === null)
    return <p>No chats yet. Begin one above.</p>;
  return (
    <>
      <p>No chat fits.</p>
      <Button size="small" onClick={onClear}>
        Show all chats
      </Button>
    </>
  );
}

/** Reads the next page of what is shown. */
function usePaging(filter: ListFilter) {
  const feed = useFeedStore();
  const { hasMore } = useFeed();
  const isArchive = filter.show === "archived";
  const archived = useArchived(isArchive);
  const { run, busy } = useCommand("More chats could not be loaded");
  const more = isArchive ? archived.hasMore : hasMore;
  const load = isArchive ? archived.loadMore : () => feed.loadMore();
  const latest = useRef(load);
  latest.current = load;
  const onEnd = useCallback(() => {
    if (more) void run(() => latest.current());
  }, [more, run]);
  return { onEnd, isLoading: busy };
}

interface VirtualListProps {
  readonly items: readonly ListItem[];
  readonly shownId: string | null;
  readonly onToggle: (id: string, isOpen: boolean) => void;
  readonly onEnd: () => void;
}

function VirtualList({ items, shownId, onToggle, onEnd }: VirtualListProps) {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (items[at]?.type === "found" ? FOUND_PX : ROW_PX),
    getItemKey: (at) => {
      const item = items[at];
      return item === undefined ? at : itemKey(item);
    },
    overscan: OVERSCAN,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= items.length - AHEAD) onEnd();
  }, [lastShown, items.length, onEnd]);
  const focusRow = useFocusRow(items, scroller, (at) => virtual.scrollToIndex(at));
  return (
    <nav ref={scroller} className={styles.list} aria-label="Chats" onKeyDown={focusRow}>
      <ul className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, size, key }) => {
          const item = items[index];
          return item === undefined ? null : (
            <li
              key={key}
              className={styles.place}
              style={{ height: size, transform: `translateY(${start}px)` }}
              data-row={index}
            >
              <Row item={item} shownId={shownId} onToggle={onToggle} />
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function Row({
  item,
  shownId,
  onToggle,
}: Omit<VirtualListProps, "items" | "onEnd"> & { readonly item: ListItem }) {
  switch (item.type) {
    case "chat":
      return <ChatRow row={item.row} isShown={item.row.chat.id === shownId} onToggle={onToggle} />;
    case "heading":
      return <h2 className={styles.heading}>{item.words}</h2>;
    case "found":
      return <FoundRow found={item.found} />;
  }
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Arrow keys move the focus from row to row, also to rows that are not on the page yet. */
function useFocusRow(
  items: readonly ListItem[],
  scroller: React.RefObject<HTMLElement | null>,
  scrollTo: (at: number) => void,
) {
  return (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const here = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (step === undefined || here === null || event.target instanceof HTMLInputElement) return;
    let at = Number(here.dataset["row"]) + step;
    while (items[at]?.type === "heading") at += step;
    if (items[at] === undefined) return;
    event.preventDefault();
    scrollTo(at);
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-row="${at}"] a`)?.focus({ preventScroll: true });
    });
  };
}
