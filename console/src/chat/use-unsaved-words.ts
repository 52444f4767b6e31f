// Words that somebody writes in the place of a message: when that message goes away meanwhile, they go on in the composer.
import { useCallback, useEffect, useRef } from "react";
import { useToast } from "../ui/layers/toasts.tsx";
import { putBack } from "./composer/drafts.ts";
import { useOpenChat } from "./open-chat.ts";

interface UnsavedWordsInput {
  readonly before: string;
  readonly typed: string;
  /** Said when the words go to the composer. */
  readonly note: string;
}

interface UnsavedWords {
  /** To be called before the place is left on purpose. */
  readonly leave: () => void;
  /** Saves the words by this change, which gives whether it was made. */
  readonly save: (change: () => Promise<boolean>) => Promise<boolean>;
}

export function useUnsavedWords({ before, typed, note }: UnsavedWordsInput): UnsavedWords {
  const { chat_id } = useOpenChat();
  const toast = useToast();
  const words = useRef({ typed, isOver: false, isGone: false });
  useEffect(() => {
    words.current.typed = typed;
  }, [typed]);
  const rescue = useCallback(() => {
    const { typed: last, isOver } = words.current;
    // Who goes to another page leaves on purpose.
    if (isOver || last === before || !window.location.pathname.endsWith(`/${chat_id}`)) return;
    putBack(localStorage, chat_id, last);
    toast({ words: note });
  }, [before, chat_id, note, toast]);
  useEffect(() => {
    const { current } = words;
    current.isGone = false;
    return () => {
      current.isGone = true;
      rescue();
    };
  }, [rescue]);
  const leave = useCallback(() => {
    words.current.isOver = true;
  }, []);
  const save = useCallback(
    async (change: () => Promise<boolean>) => {
      // The saved message may be there before the answer of the server is.
      words.current.isOver = true;
      if (await change()) return true;
      words.current.isOver = false;
      if (words.current.isGone) rescue();
      return false;
    },
    [rescue],
  );
  return { leave, save };
}
