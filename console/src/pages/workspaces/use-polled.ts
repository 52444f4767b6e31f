// Looks again from time to time at what the server does not announce: often while something is under way, seldom otherwise,
// and never while the page is hidden.
import { useEffect } from "react";

const passingEveryMs = 1_500;
const restingEveryMs = 20_000;

export function usePolled(reload: () => Promise<void>, isPassing: boolean): void {
  useEffect(() => {
    let timer: number | undefined;
    let stopped = false;
    const every = isPassing ? passingEveryMs : restingEveryMs;
    const look = async () => {
      if (document.visibilityState === "visible") await reload();
      // Waited from the end of the answer: a slow server is not asked twice at once.
      if (!stopped) timer = window.setTimeout(() => void look(), every);
    };
    timer = window.setTimeout(() => void look(), every);
    return () => {
      stopped = true;
      window.clearTimeout(timer);
    };
  }, [reload, isPassing]);
}
