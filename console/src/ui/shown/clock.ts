// The time as state of components. All that show a time share one timer, which runs only while somebody looks at one.
import { useSyncExternalStore } from "react";

function createClock(stepMs: number) {
  const listeners = new Set<() => void>();
  let nowMs = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    nowMs = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    now: () => nowMs,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      if (timer === undefined) {
        nowMs = Date.now();
        timer = setInterval(tick, stepMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const everySecond = createClock(1_000);
const sometimes = createClock(20_000);

/** Milliseconds since 1970, renewed each second: for what counts. */
export function useNow(): number {
  return useSyncExternalStore(everySecond.subscribe, everySecond.now);
}

/** Milliseconds since 1970, in steps of 20 s: for what is some time ago. */
export function useRoughNow(): number {
  return useSyncExternalStore(sometimes.subscribe, sometimes.now);
}
