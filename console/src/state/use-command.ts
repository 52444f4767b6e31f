// Runs a change that a person asked for: shows that it is under way, and says what went wrong.
import { useCallback, useRef, useState } from "react";
import { useToast } from "../ui/layers/toasts.tsx";
import { problemWords } from "./problem-words.ts";

export interface Command {
  /** Runs it unless it runs already. Gives whether it was done; a note says why not. */
  readonly run: (change: () => Promise<unknown>) => Promise<boolean>;
  readonly busy: boolean;
}

/** @param what begins the note of a failure: "The chat could not be renamed" */
export function useCommand(what: string): Command {
  const showToast = useToast();
  const [busy, setBusy] = useState(false);
  const isRunning = useRef(false);
  const run = useCallback(
    async (change: () => Promise<unknown>) => {
      if (isRunning.current) return false;
      isRunning.current = true;
      setBusy(true);
      try {
        await change();
        return true;
      } catch (error) {
        showToast({ words: `${what}. ${problemWords(error)}`, tone: "bad" });
        return false;
      } finally {
        isRunning.current = false;
        setBusy(false);
      }
    },
    [what, showToast],
  );
  return { run, busy };
}
