// Makes a change, and tells people in a note what went wrong with it.
import { useCallback } from "react";
import { shortProblemWords } from "../state/problem-words.ts";
import { useToast } from "../ui/layers/toasts.tsx";
import type { OpenChat } from "./open-chat.ts";

export function useAct(): OpenChat["act"] {
  const toast = useToast();
  return useCallback(
    async (what, change) => {
      try {
        await change();
        return true;
      } catch (error) {
        toast({ words: `${what}. ${shortProblemWords(error)}`, tone: "bad" });
        return false;
      }
    },
    [toast],
  );
}
