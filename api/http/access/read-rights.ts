// What the callers of open streams may do by now.
import type { Rights } from "../../../core/access/access.ts";
import { readKeyRights } from "../../../store/access/api-keys.ts";
import { readSessionRights } from "../../../store/access/sessions.ts";
import { readUserRoles } from "../../../store/access/users.ts";
import type { Queryable } from "../../../store/database.ts";
import { type Caller, holderOf, ownProof } from "./caller.ts";

export interface ReadRightsInput {
  readonly db: Queryable;
  readonly sessionIdleS: number;
}

/** The rights of those callers who may still call, by holder. Whether a proof is past its time is told by the proof itself. */
export type ReadRights = (callers: readonly Caller[]) => Promise<ReadonlyMap<string, Rights>>;

/** One query for all keys, one for all sessions, one for all others. */
export function createReadRights({ db, sessionIdleS }: ReadRightsInput): ReadRights {
  return async (callers) => {
    const proofs = callers.map((caller) => ({ caller, by: ownProof(caller.by) }));
    const keyIds = proofs.flatMap(({ by }) => (by.type === "key" ? [by.key_id] : []));
    const sessionIds = proofs.flatMap(({ by }) => (by.type === "session" ? [by.session_id] : []));
    const userIds = proofs.flatMap(({ by, caller }) => (by.type === "oidc" ? [caller.user.id] : []));
    const [ofKeys, ofSessions, roles] = await Promise.all([
      readSome(keyIds, (ids) => readKeyRights(db, ids)),
      readSome(sessionIds, (ids) => readSessionRights(db, ids, sessionIdleS)),
      readSome(userIds, (ids) => readUserRoles(db, ids)),
    ]);
    const found = new Map<string, Rights>();
    for (const { caller, by } of proofs) {
      const role = by.type === "oidc" ? roles.get(caller.user.id) : undefined;
      const rights =
        by.type === "key"
          ? ofKeys.get(by.key_id)
          : by.type === "session"
            ? ofSessions.get(by.session_id)
            : role && { role, scope: caller.scope };
      if (rights !== undefined) found.set(holderOf(caller), rights);
    }
    return found;
  };
}

/** Asks nothing where there is nothing to ask. */
async function readSome<T>(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<ReadonlyMap<string, T>> {
  return ids.length === 0 ? new Map() : read(ids);
}
