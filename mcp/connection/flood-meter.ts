// Measures what a server sends against what it may send: so much at once, and so much per second after that. Pure.

export interface FloodLimits {
  readonly burst: number;
  readonly perSecond: number;
}

/** Returns a function that counts, and says whether it is too much by now. `nowMs` never goes back. */
export function createFloodMeter({ burst, perSecond }: FloodLimits, now: () => number) {
  let level = 0;
  let at = now();
  return (amount: number): boolean => {
    const later = now();
    level = Math.max(0, level - ((later - at) / 1_000) * perSecond) + amount;
    at = later;
    return level > burst;
  };
}
