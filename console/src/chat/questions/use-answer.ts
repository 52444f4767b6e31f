// Sends an answer to a question, once at a time, and keeps what the server had against it.
import { useCallback, useState } from "react";
import { EverturnError } from "../../../../client/index.ts";
import { shortProblemWords } from "../../state/problem-words.ts";
import type { FieldFault } from "./form-draft.ts";

export interface Answering {
  readonly isSending: boolean;
  readonly fault: string | null;
  /** Where the answer does not fit. */
  readonly faults: readonly FieldFault[];
  readonly send: (answer: () => Promise<unknown>) => Promise<boolean>;
}

/** @param onFault also tells the page, for answers whose question is gone by then */
export function useAnswer(onFault?: (words: string) => void): Answering {
  const [isSending, setSending] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [faults, setFaults] = useState<readonly FieldFault[]>([]);
  const send = useCallback(
    async (answer: () => Promise<unknown>) => {
      setSending(true);
      setFault(null);
      setFaults([]);
      try {
        await answer();
        return true;
      } catch (error) {
        const words = wordsOf(error);
        setFault(words);
        if (error instanceof EverturnError) setFaults(error.errors);
        if (isLate(error)) onFault?.(words);
        return false;
      } finally {
        setSending(false);
      }
    },
    [onFault],
  );
  return { isSending, fault, faults, send };
}

function isLate(error: unknown): boolean {
  return (
    error instanceof EverturnError &&
    (error.code === "not_awaiting_results" || error.code === "unknown_tool_call")
  );
}

function wordsOf(error: unknown): string {
  if (isLate(error)) return "This was answered already, or its time was over.";
  return shortProblemWords(error);
}
