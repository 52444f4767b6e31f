// Times on the page: how long ago, kept true as time passes, with the exact time as a tooltip.
import { useSyncExternalStore } from "react";
import { agoWords, timeWords } from "../words.ts";

const STEP_MS = 20_000;

/** Milliseconds since 1970, in steps of 20 s: one timer for all that show a time. */
function createClock() {
  const listeners = new Set<() => void>();
  let nowMs = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    now: () => nowMs,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        nowMs = Date.now();
        for (const each of listeners) each();
      }, STEP_MS);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const clock = createClock();

export function useNow(): number {
  return useSyncExternalStore(clock.subscribe, clock.now);
}

export function TimeAgo({ at }: { readonly at: string }) {
  const nowMs = useNow();
  return (
    <time dateTime={at} data-tooltip={timeWords(at)}>
      {agoWords(at, Math.max(nowMs, Date.parse(at)))}
    </time>
  );
}
