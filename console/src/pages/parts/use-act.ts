// Does something at a click, once at a time, and keeps the error for the page to show.
import { useCallback, useState } from "react";

export interface Act {
  readonly busy: boolean;
  readonly error: unknown;
  readonly run: (work: () => Promise<void>) => void;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = useCallback((work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    work()
      .catch(setError)
      .finally(() => setBusy(false));
  }, []);
  return { busy, error, run };
}
