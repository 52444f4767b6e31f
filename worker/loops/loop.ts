// A loop that survives its own failures and ends when told to.
import type { Logger } from "pino";

export interface Loop {
  stop(): Promise<void>;
}

/** Runs `work` now, and then `everyMs` after each end. Logs a failure and tries again next time. */
export function startLoop(
  name: string,
  everyMs: number,
  { work, logger }: { work: () => Promise<void>; logger: Logger },
): Loop {
  const stopping = new AbortController();
  let wake: () => void = () => undefined;
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await work();
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
