// Loads what a page shows: once, again when what it depends on changes, and whenever somebody asks for it.
import { useCallback, useEffect, useRef, useState } from "react";

export interface Loaded<T> {
  /** What was loaded last; null before the first answer. It stays while the page loads anew, so that nothing jumps. */
  readonly data: T | null;
  readonly error: unknown;
  readonly loading: boolean;
  /** Loads again. Resolves when the answer, or its error, is shown. */
  readonly reload: () => Promise<void>;
  /** Shows a change that the server has confirmed, without loading everything again. */
  readonly update: (change: (data: T) => T) => void;
}

interface LoadState<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly loading: boolean;
}

/**
 * @param load asks the server; its signal is aborted when the answer is no longer wanted
 * @param key what the answer depends on: another key drops the data and loads anew
 */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, key: string): Loaded<T> {
  const [state, setState] = useState<LoadState<T>>({ data: null, error: null, loading: true });
  const newest = useRef(load);
  newest.current = load;
  const running = useRef<AbortController | null>(null);

  const reload = useCallback(async () => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await newest.current(mine.signal);
      if (!mine.signal.aborted) setState({ data, error: null, loading: false });
    } catch (error) {
      if (!mine.signal.aborted) setState((before) => ({ ...before, error, loading: false }));
    }
  }, []);

  useEffect(() => {
    setState({ data: null, error: null, loading: true });
    void reload();
    return () => running.current?.abort();
  }, [key, reload]);

  const update = useCallback((change: (data: T) => T) => {
    setState((before) => (before.data === null ? before : { ...before, data: change(before.data) }));
  }, []);
  return { ...state, reload, update };
}
