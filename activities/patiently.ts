// One activity per file. This file: work that is done waits for a database that is away, instead of being done again.
import { setTimeout as sleep } from "node:timers/promises";
import { isUnavailable } from "../store/database.ts";

/** Longer than a restart or failover takes. After it the activity fails, and Temporal has it done anew, elsewhere. */
const PATIENCE_MS = 60_000;
const WAIT_FIRST_MS = 50;
const WAIT_MAX_MS = 1_000;

/**
 * Runs `write` until the database takes it: an answer whose commit failed would be asked of the model again, and paid
 * twice. The write must be one that may be repeated (a stored outcome, a first result). Throws what `write` throws when
 * it is no matter of the database being away, when this worker ends, or when patience does.
 */
export async function patiently<T>(shutdown: AbortSignal, write: () => Promise<T>): Promise<T> {
  const givesUpAt = performance.now() + PATIENCE_MS;
  for (let wait = WAIT_FIRST_MS; ; wait = Math.min(2 * wait, WAIT_MAX_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!isUnavailable(error) || shutdown.aborted || performance.now() > givesUpAt) throw error;
    }
    await sleep(wait, undefined, { signal: shutdown }).catch(() => undefined);
  }
}
