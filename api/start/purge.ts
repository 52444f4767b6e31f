// Deletes what is old enough to go once an hour, and what deleted users have left as soon as it can.
import { emptyUser, listUsersToEmpty, type Tell } from "../../store/chat/departure/delete-user.ts";
import { PURGES } from "../../store/chat/departure/purge.ts";
import type { ApiDeps } from "../deps.ts";

const purgeEveryMs = 3_600_000;
/** A deletion during which a process died is not to wait for long. */
const emptyEveryMs = 60_000;

type Deps = Pick<ApiDeps, "store" | "deliverer" | "workspaceTeller" | "logger">;

/** Begins now. If it fails, old rows stay a little longer. */
export function startPurging(deps: Deps): { readonly stop: () => void } {
  const { store, logger } = deps;
  const purgeAll = () => {
    for (const [what, purge] of Object.entries(PURGES)) {
      purge(store.pool).catch((error: unknown) => logger.warn({ err: error }, `${what} could not be purged`));
    }
  };
  const empty = emptyAgainAndAgain(deps);
  purgeAll();
  empty();
  const timers = [setInterval(purgeAll, purgeEveryMs).unref(), setInterval(empty, emptyEveryMs).unref()];
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) };
}

/** Each call empties deleted users, unless an earlier one still does. */
function emptyAgainAndAgain(deps: Deps): () => void {
  let isUnderWay = false;
  let toldBefore = "";
  const empty = async () => {
    const kept = (await emptyDeletedUsers(deps)).join(" ");
    if (kept !== "" && kept !== toldBefore)
      deps.logger.warn(
        { user_ids: kept.split(" ") },
        "what deleted users have left is kept, for whoever was to get it is deleted, too: repeat the deletion with another user",
      );
    toldBefore = kept;
  };
  return () => {
    if (isUnderWay) return;
    isUnderWay = true;
    empty()
      .catch((error: unknown) => {
        deps.logger.warn({ err: error }, "deleted users could not be looked for");
      })
      .finally(() => {
        isUnderWay = false;
      });
  };
}

/**
 * Goes on with deletions during which a process died (SPEC A9). One that fails is no reason to leave the others.
 * @returns users whose chats and workspaces are kept, because nobody is left to get them
 */
export async function emptyDeletedUsers({
  store,
  deliverer,
  workspaceTeller,
  logger,
}: Deps): Promise<readonly string[]> {
  const tell: Tell = {
    runs: (rows) => deliverer.deliver(rows),
    workspace: (row) => workspaceTeller.tell(row),
  };
  const kept: string[] = [];
  for (let after: string | null = null; ; ) {
    const ids: readonly string[] = await listUsersToEmpty(store.pool, after);
    for (const id of ids) {
      try {
        if ((await emptyUser(store, id, tell)) === "kept") kept.push(id);
      } catch (error) {
        logger.warn({ err: error, user_id: id }, "what a deleted user has left could not be removed yet");
      }
    }
    after = ids.at(-1) ?? null;
    if (after === null) return kept;
  }
}
