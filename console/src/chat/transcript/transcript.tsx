// The messages of a chat in a box that scrolls: it follows the end while somebody is there, and loads older ones when they go up.
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import type { ChatView } from "../../../../client/index.ts";
import { countOf } from "../../ui/words.ts";
import { ChunkView } from "../messages/chunk-view.tsx";
import { chunksOf, type TranscriptChunk } from "../messages/chunks.ts";
import { committedItems, liveItems, type TranscriptItem } from "../messages/items.ts";
import styles from "./transcript.module.css";
import { useScroll } from "./use-scroll.ts";
import { useSoughtMessage } from "./use-sought-message.ts";
import { Withdrawn } from "./withdrawn-text.tsx";

interface TranscriptProps {
  readonly view: ChatView;
  readonly isLoadingOlder: boolean;
  readonly loadOlder: () => Promise<unknown>;
  /** Behind the last message: what waits, what failed. */
  readonly children: ReactNode;
}

export function Transcript({ view, isLoadingOlder, loadOlder, children }: TranscriptProps) {
  const committed = useMemo(() => committedItems(view.messages), [view.messages]);
  const live = liveItems(view);
  const chunks = useChunks([...committed, ...live]);
  const first = committed[0]?.key;
  const lastKey = live.at(-1)?.key ?? committed.at(-1)?.key;
  const scroll = useScroll({
    chatId: view.chat_id,
    isReady: view.caught_up,
    lastKey,
    loadOlder,
    hasMore: view.has_more,
  });
  useLayoutEffect(() => scroll.stick.current?.keepFirst(), [first, scroll.stick]);
  useSoughtMessage({ view, isLoadingOlder, loadOlder, stick: scroll.stick });
  const isBusy =
    view.status === "running" || view.status === "interrupting" || view.status === "requires_action";
  return (
    <div className={styles.frame}>
      <div
        className={styles.box}
        ref={scroll.box}
        role="log"
        aria-label="Messages"
        aria-live="off"
        tabIndex={-1}
      >
        <div className={styles.content} ref={scroll.content} onClickCapture={scroll.onClick}>
          <Older hasMore={view.has_more} isLoading={isLoadingOlder} onReach={loadOlder} />
          {chunks.map((chunk, at) => (
            <ChunkView
              key={chunk.key}
              chunk={chunk}
              outputs={outputsFor(chunk, view)}
              running_turn={isBusy && chunk.items.at(-1)?.turn_id === view.turn_id ? view.turn_id : null}
              isLast={at === chunks.length - 1}
            />
          ))}
          <Withdrawn view={view} />
          {children}
        </div>
      </div>
      {!scroll.isAtEnd && (
        <button type="button" className={styles.jump} onClick={scroll.toEnd}>
          Jump to latest{freshWords([...committed, ...live], scroll.seenKey)}
        </button>
      )}
    </div>
  );
}

/** How much stands behind what somebody has seen. */
function freshWords(items: readonly TranscriptItem[], seenKey: string | undefined): string {
  const at = items.findLastIndex((item) => item.key === seenKey);
  const fresh = at === -1 ? [] : items.slice(at + 1).filter((item) => item.type !== "end");
  return fresh.length === 0 ? "" : ` · ${countOf(fresh.length, "new", "new")}`;
}

function useChunks(items: Parameters<typeof chunksOf>[0]): readonly TranscriptChunk[] {
  const last = useRef<readonly TranscriptChunk[]>([]);
  const chunks = chunksOf(items, last.current);
  useEffect(() => {
    last.current = chunks;
  });
  return chunks;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** What the running calls of a chunk have written; the same object for all chunks that have none. */
function outputsFor(chunk: TranscriptChunk, view: ChatView): ReadonlyMap<string, string> {
  if (view.previews.size === 0) return nothing;
  const outputs = new Map<string, string>();
  for (const item of chunk.items) {
    if (item.type !== "tool" || item.result !== null) continue;
    const preview = view.previews.get(item.call.tool_call_id);
    if (preview === undefined) continue;
    const texts = [...preview.content.values()].map((part) => (part.type === "tool-output" ? part.text : ""));
    outputs.set(item.call.tool_call_id, texts.join(""));
  }
  return outputs.size === 0 ? nothing : outputs;
}

interface OlderProps {
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onReach: () => Promise<unknown>;
}

/** Loads older messages before somebody reaches the beginning of those that are there. */
function Older({ hasMore, isLoading, onReach }: OlderProps) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!hasMore || isLoading || mark.current === null) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void onReach();
      },
      { root: mark.current.closest('[role="log"]'), rootMargin: "1200px 0px" },
    );
    seen.observe(mark.current);
    return () => seen.disconnect();
  }, [hasMore, isLoading, onReach]);
  return (
    <div className={styles.older} ref={mark}>
      {hasMore && (
        <button type="button" onClick={() => void onReach()}>
          {isLoading ? "Loading older messages …" : "Load older messages"}
        </button>
      )}
    </div>
  );
}
