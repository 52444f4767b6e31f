// Tests: a clock that moves when the test says so.
import type { PartStreamClock } from "../../../activities/stream/checkpointer.ts";

export interface HeldClock extends PartStreamClock {
  /** Moves time on, timer by timer, letting what they started come to rest in between. */
  advance(ms: number): Promise<void>;
}

export function holdClock(): HeldClock {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    setTimeout(run, ms) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers = timers.filter((other) => other !== timer);
    },
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.run();
        await new Promise(setImmediate);
      }
      now = until;
    },
  };
}
