// What the callers of open streams may do by now.
import type { Rights } from "../../../core/access/access.ts";
import { readKeyRights } from "../../../store/access/api-keys.ts";
import { readUserRoles } from "../../../store/access/users.ts";
import type { Queryable } from "../../../store/database.ts";
import { type Caller, holderOf } from "./caller.ts";

/** The rights of those callers who may still call, by holder: one query for all keys, one for all others. */
export async function readRights(
  db: Queryable,
  callers: readonly Caller[],
): Promise<ReadonlyMap<string, Rights>> {
  const keyIds = callers.flatMap(({ by }) => (by.type === "key" ? [by.key_id] : []));
  const others = callers.filter(({ by }) => by.type !== "key" && !isExpired(by.expires_at));
  const [ofKeys, roles] = await Promise.all([
    keyIds.length === 0 ? new Map<string, Rights>() : readKeyRights(db, keyIds),
    others.length === 0
      ? new Map()
      : readUserRoles(
          db,
          others.map(({ user }) => user.id),
        ),
  ]);
  const ofOthers = others.flatMap((caller): [string, Rights][] => {
    const role = roles.get(caller.user.id);
    return role === undefined ? [] : [[holderOf(caller), { role, scope: caller.scope }]];
  });
  return new Map([...ofKeys, ...ofOthers]);
}

function isExpired(at: string | null): boolean {
  return at !== null && Date.parse(at) <= Date.now();
}
