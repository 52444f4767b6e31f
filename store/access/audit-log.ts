// Who did what to the deployment, its users, keys and shares, and from where (SPEC A8). Rows are written in the transaction of
// the act, and never changed.
import { v7 as uuidv7 } from "uuid";
import type { UserRole } from "../../core/access/access.ts";
import { grantsPerHourMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { Queryable } from "../database.ts";

/** Who acts, and from where. */
export interface Actor {
  /** Null: nobody who has a user, such as the command line. */
  readonly user_id: string | null;
  /** With what the actor proved who they are. */
  readonly kind: "key" | "session" | "oidc" | "stream-token" | "command-line" | "system";
  /** Of the key or session; absent: it was neither. */
  readonly proof_id?: string;
  readonly address: string | null;
  readonly request_id: string | null;
}

export interface AuditEntry {
  /** Such as `user.suspend`. */
  readonly action: string;
  /** Such as `user`. */
  readonly target_type: string;
  /** Null: there is only one. */
  readonly target_id: string | null;
  /** What was changed, without secrets. */
  readonly detail?: JsonObject;
}

/** Notes an act. Call it in the act's transaction. */
export async function writeAudit(tx: Queryable, actor: Actor, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into audit_log (id, actor_user_id, actor_kind, action, target_type, target_id, detail, address, request_id,
       actor_proof_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      uuidv7(),
      actor.user_id,
      actor.kind,
      entry.action,
      entry.target_type,
      entry.target_id,
      JSON.stringify(entry.detail ?? {}),
      actor.address,
      actor.request_id,
      actor.proof_id ?? null,
    ],
  );
}

const hourMs = 3_600_000;

/**
 * Refuses a member who has made very many keys and shares. Call it first in the act's transaction: it locks the user, so that acts
 * at the same moment are counted. Throws `Refusal` `rate_limited`.
 */
export async function requireFewGrants(
  tx: Queryable,
  user: { readonly id: string; readonly role: UserRole },
): Promise<void> {
  if (user.role === "admin") return;
  await tx.query("select from users where id = $1 for no key update", [user.id]);
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) as count from audit_log where actor_user_id = $1 and id > $2
       and action in ('api_key.create', 'share.create')`,
    [user.id, uuidv7({ msecs: Date.now() - hourMs })],
  );
  if ((rows[0]?.count ?? 0) < grantsPerHourMax) return;
  const refusal = new Refusal("rate_limited", `at most ${grantsPerHourMax} new keys and shares an hour`);
  throw Object.assign(refusal, { retry_after_s: hourMs / 1_000 });
}

export interface AuditRow extends AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly actor_user_id: string | null;
  /** The actor's name by now; null: no user, or one that is not known any more. */
  readonly actor_name: string | null;
  readonly actor_kind: Actor["kind"];
  readonly actor_proof_id: string | null;
  readonly detail: JsonObject;
  readonly address: string | null;
  readonly request_id: string | null;
}

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Id of the target. */
  readonly target?: string | undefined;
  readonly limit: number;
  /** The last row of the page before. */
  readonly after?: string | undefined;
}

/** A page of acts, newest first; `next` is null on the last one. */
export async function listAudit(
  db: Queryable,
  { actor, action, target, limit, after }: AuditQuery,
): Promise<{ readonly items: readonly AuditRow[]; readonly next: string | null }> {
  const { rows } = await db.query<AuditRow>(
    `select a.id, a.at, a.actor_user_id, u.name as actor_name, a.actor_kind, a.actor_proof_id, a.action, a.target_type, a.target_id,
       a.detail, a.address, a.request_id
     from audit_log a left join users u on u.id = a.actor_user_id
     where ($1::uuid is null or a.actor_user_id = $1) and ($2::text is null or a.action = $2)
       and ($3::text is null or a.target_id = $3) and ($4::uuid is null or a.id < $4)
     order by a.id desc limit $5`,
    [actor ?? null, action ?? null, target ?? null, after ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
