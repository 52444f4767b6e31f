// Asks the server for titles and messages with some words, once the person has stopped typing for a moment.
import { useEffect, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { problemWords } from "../../state/problem-words.ts";
import type { Found } from "./list-items.ts";

const PAUSE_MS = 250;
const FOUND_MAX = 30;

export interface SearchState {
  readonly found: readonly Found[];
  readonly isSearching: boolean;
  readonly fault: string | null;
}

const NOTHING: SearchState = { found: [], isSearching: false, fault: null };

export function useSearch(words: string): SearchState {
  const [state, setState] = useState<SearchState>(NOTHING);
  const wanted = words.trim();
  useEffect(() => {
    if (wanted === "") {
      setState(NOTHING);
      return;
    }
    const ended = new AbortController();
    setState((before) => ({ ...before, isSearching: true, fault: null }));
    const timer = setTimeout(() => {
      everturn.search({ q: wanted, limit: FOUND_MAX }, { signal: ended.signal, retriesMax: 1 }).then(
        ({ items }) => setState({ found: items, isSearching: false, fault: null }),
        (error: unknown) => {
          if (!ended.signal.aborted) setState({ found: [], isSearching: false, fault: problemWords(error) });
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [wanted]);
  return state;
}
