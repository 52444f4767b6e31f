// Deletes what is old enough to go once an hour, and what deleted users have left.
import { emptyUser, listUsersToEmpty } from "../../store/chat/departure/delete-user.ts";
import { PURGES } from "../../store/purge.ts";
import type { ApiDeps } from "../deps.ts";

const purgeEveryMs = 3_600_000;

type Deps = Pick<ApiDeps, "store" | "deliverer" | "workspaceTeller" | "logger">;

/** Purges now and every hour. If it fails, old rows stay a little longer. */
export function startPurging(deps: Deps): NodeJS.Timeout {
  const { store, logger } = deps;
  const purgeAll = () => {
    for (const [what, purge] of Object.entries(PURGES)) {
      purge(store.pool).catch((error: unknown) => logger.warn({ err: error }, `${what} could not be purged`));
    }
    emptyDeletedUsers(deps).catch((error: unknown) => {
      logger.warn({ err: error }, "what deleted users have left could not be removed");
    });
  };
  purgeAll();
  return setInterval(purgeAll, purgeEveryMs).unref();
}

/** Goes on with deletions during which a process died (SPEC A9). */
export async function emptyDeletedUsers({
  store,
  deliverer,
  workspaceTeller,
}: Omit<Deps, "logger">): Promise<void> {
  for (const id of await listUsersToEmpty(store.pool)) {
    await emptyUser(store, id, {
      runs: (rows) => deliverer.deliver(rows),
      workspace: (row) => workspaceTeller.tell(row),
    });
  }
}
