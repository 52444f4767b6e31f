// Dev holds the embedded stack: how long a dead part waits before it is started again.

const FIRST_DELAY_MS = 100;
const DELAY_MAX_MS = 15_000;
// Whoever lived this long did not die of its own start.
const HEALTHY_AFTER_MS = 30_000;

interface Death {
  /** Killed from outside: says nothing against starting again at once. */
  readonly bySignal: boolean;
  readonly livedMs: number;
  /** Crashes in a row before this one. */
  readonly crashes: number;
}

/** Pure. A killed part comes back at once, one that crashes by itself ever later. */
export function restartDelayMs(death: Death): { readonly ms: number; readonly crashes: number } {
  if (death.bySignal) return { ms: FIRST_DELAY_MS, crashes: death.crashes };
  const crashes = death.livedMs >= HEALTHY_AFTER_MS ? 0 : death.crashes;
  return { ms: Math.min(FIRST_DELAY_MS * 2 ** crashes, DELAY_MAX_MS), crashes: crashes + 1 };
}
