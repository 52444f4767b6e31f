// Loads a list one page at a time, as the server hands it out by cursors.
import { useCallback, useState } from "react";
import { type Loaded, useLoad } from "./use-load.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** Where a page begins: at the top, or after a cursor. */
export interface From {
  readonly after?: string;
}

export interface LoadedPages<T> extends Loaded<Page<T>> {
  /** Null: there is nothing more. */
  readonly loadMore: (() => Promise<void>) | null;
  readonly loadingMore: boolean;
  readonly moreError: unknown;
}

/** @param key what the list depends on, such as its filters */
export function usePages<T>(
  loadPage: (from: From, signal?: AbortSignal) => Promise<Page<T>>,
  key: string,
): LoadedPages<T> {
  const first = useLoad((signal) => loadPage({}, signal), key);
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<unknown>(null);
  const { data, update } = first;
  const cursor = data?.next_cursor ?? null;

  const loadMore = useCallback(async () => {
    if (cursor === null) return;
    setLoadingMore(true);
    setMoreError(null);
    try {
      const next = await loadPage({ after: cursor });
      // The list may have been loaded anew meanwhile: a page of the old one does not belong to it.
      update((shown) =>
        shown.next_cursor === cursor ? { ...next, items: [...shown.items, ...next.items] } : shown,
      );
    } catch (error) {
      setMoreError(error);
    } finally {
      setLoadingMore(false);
    }
  }, [cursor, loadPage, update]);
  return { ...first, loadMore: cursor === null ? null : loadMore, loadingMore, moreError };
}
