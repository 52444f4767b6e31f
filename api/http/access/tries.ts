// Counts tries that may fail by address and minute, so that guessing is slow.

const windowMs = 60_000;
/** Addresses that tried something wrong recently. The oldest goes first. */
const addressesCountedMax = 10_000;

export type Tries = ReturnType<typeof createTries>;

/** Counts tries. `begin` throws the refusal when there were too many, and returns a function that takes the try back. */
export function createTries(max: number) {
  const windows = new Map<string, { count: number; readonly endsAt: number }>();
  return {
    begin(address: string, now: number, refusal: (waitMs: number) => Error): () => void {
      let window = windows.get(address);
      if (window === undefined || window.endsAt <= now) {
        window = { count: 0, endsAt: now + windowMs };
        remember(windows, { key: address, value: window, max: addressesCountedMax });
      }
      if (window.count >= max) throw refusal(window.endsAt - now);
      window.count += 1;
      const counted = window;
      return () => {
        counted.count -= 1;
      };
    },
  };
}

/** Sets a value in a map of limited size, as its newest. */
export function remember<Value>(
  map: Map<string, Value>,
  { key, value, max }: { readonly key: string; readonly value: Value; readonly max: number },
): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > max && oldest.done !== true) map.delete(oldest.value);
}
