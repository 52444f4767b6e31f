// Deletes expired rows once an hour: answers of Idempotency-Keys, marks of chats, debug runs.
import type { Logger } from "../../platform/logger.ts";
import { purgeIdempotencyKeys } from "../../store/chat/idempotency.ts";
import type { Pool } from "../../store/database.ts";
import { purgeDebugRuns } from "../../store/debug/debug-runs.ts";
import { purgeChatMarks } from "../../store/row/chat-marks.ts";

const purgeEveryMs = 3_600_000;

const PURGES = [
  { what: "Idempotency-Keys", purge: purgeIdempotencyKeys },
  { what: "marks of chats", purge: purgeChatMarks },
  { what: "debug runs", purge: purgeDebugRuns },
];

/** Purges now and every hour. If it fails, old rows stay a little longer. */
export function startPurging(pool: Pool, logger: Pick<Logger, "warn">): NodeJS.Timeout {
  const purgeAll = () => {
    for (const { what, purge } of PURGES) {
      purge(pool).catch((error: unknown) => logger.warn({ err: error }, `old ${what} could not be purged`));
    }
  };
  purgeAll();
  return setInterval(purgeAll, purgeEveryMs).unref();
}
