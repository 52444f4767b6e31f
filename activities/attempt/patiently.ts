// Finished work waits for a database that is away, instead of being done again.
import { setTimeout as sleep } from "node:timers/promises";
import { isOutage } from "../../platform/classify-failure.ts";

const WAIT_FIRST_MS = 50;
const WAIT_MAX_MS = 1_000;

/**
 * Runs `write` until the database takes it, however long the outage lasts (SPEC X8): an answer whose commit failed would be
 * asked of the model again, and paid twice. The write must be one that may be repeated (a stored outcome, a first result).
 * The caller keeps its heartbeat going. Throws what `write` throws when that is no outage, or when `shutdown` is aborted.
 */
export async function patiently<T>(shutdown: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (let wait = WAIT_FIRST_MS; ; wait = Math.min(2 * wait, WAIT_MAX_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!isOutage(error) || shutdown.aborted) throw error;
    }
    // At half to all of the wait: a database that comes back is not to be met by everybody at once.
    await sleep(wait * (1 - Math.random() / 2), undefined, { signal: shutdown }).catch(() => undefined);
  }
}
