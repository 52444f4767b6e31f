// A loop that survives its own failures and ends when told to.
import type { Logger } from "pino";

export interface Loop {
  stop(): Promise<void>;
}

/**
 * Runs `work` now, and then `everyMs` after each end, or at once when `work` resolves with "more": it has left something. Ends
 * when it resolves with "done". A failure is logged and tried again next time.
 */
export function startLoop(
  name: string,
  everyMs: number,
  { work, logger }: { work: () => Promise<"more" | "done" | void>; logger: Logger },
): Loop {
  const stopping = new AbortController();
  let wake: () => void = () => undefined;
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        const result = await work();
        if (result === "more") continue;
        if (result === "done") return;
      } catch (error) {
        logger.warn({ err: error, loop: name }, "loop failed, tried again");
      }
      if (stopping.signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const ended = run();
  return {
    async stop() {
      stopping.abort();
      wake();
      await ended;
    },
  };
}
