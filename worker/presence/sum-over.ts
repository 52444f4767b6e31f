// Does the same for many items, some of which may fail.

/** Items at once: many more would only wait for each other in Temporal. */
const AT_ONCE = 16;
/** So many failures say that Temporal is away, not that a few runs are ill. Each may take as long as a call may. */
const FAILURES_MAX = 64;

export interface Tally {
  sum: number;
  readonly errors: unknown[];
}

export function newTally(): Tally {
  return { sum: 0, errors: [] };
}

/**
 * Adds up what `work` returns. An item that fails keeps none of the others from its turn, but after 64 failures no more items
 * are begun. Never rejects.
 */
export async function sumOver<T>(
  items: readonly T[],
  work: (item: T) => Promise<number>,
  tally: Tally,
): Promise<void> {
  const left = items.values();
  const workOff = async () => {
    for (const item of left) {
      if (tally.errors.length >= FAILURES_MAX) return;
      try {
        const count = await work(item);
        // Read after the wait: others have added theirs meanwhile.
        tally.sum += count;
      } catch (error) {
        tally.errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
}
