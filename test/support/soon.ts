// Tests: waits for what can be observed, with an end.
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 25;
/** Several heartbeat timeouts and a slow machine. */
const WAIT_MS = 60_000;

/** Resolves with the first answer of `probe` that is neither null nor false; rejects after a minute. */
export async function soon<T>(
  what: string,
  probe: () => Promise<T | null | false> | T | null | false,
): Promise<T> {
  const endsAt = performance.now() + WAIT_MS;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== false) return found;
    if (performance.now() > endsAt) throw new Error(`not in time: ${what}`);
    await sleep(POLL_MS);
  }
}
