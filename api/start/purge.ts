// Deletes expired rows once an hour.
import type { Logger } from "../../platform/logger.ts";
import type { Pool } from "../../store/database.ts";
import { PURGES } from "../../store/purge.ts";

const purgeEveryMs = 3_600_000;

/** Purges now and every hour. If it fails, old rows stay a little longer. */
export function startPurging(pool: Pool, logger: Pick<Logger, "warn">): NodeJS.Timeout {
  const purgeAll = () => {
    for (const [what, purge] of Object.entries(PURGES)) {
      purge(pool).catch((error: unknown) => logger.warn({ err: error }, `${what} could not be purged`));
    }
  };
  purgeAll();
  return setInterval(purgeAll, purgeEveryMs).unref();
}
