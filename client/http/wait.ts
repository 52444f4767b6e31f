// Waits that an AbortSignal ends, and how long to wait before the next try.

const backoffMinMs = 250;
const backoffMaxMs = 15_000;

/**
 * Milliseconds to wait before try number `tries` (1 is the second one): twice as long each time, by chance up to half of it
 * shorter, so that many clients do not come back at once.
 */
export function backoffMs(tries: number, random: () => number): number {
  const longest = Math.min(backoffMinMs * 2 ** Math.min(tries, 16), backoffMaxMs);
  return Math.round(Math.max(backoffMinMs, longest * (0.5 + random() / 2)));
}

/** Resolves after `ms`. Rejects with the signal's reason when that aborts first. */
export async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
